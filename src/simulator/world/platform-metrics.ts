// What the machines around ACGS-2 export: nodes, Redis and, when its scrape is mixed in, OPA.
import type { Exporter, Stretch } from './application-metrics.ts';
import { increase } from './application-metrics.ts';
import { type Node, nodeExporterJob, nodes, opa, opaEdges, processorsPerNode, redisExporter } from './company.ts';
import { type LatencyShape, shareWithin } from './latency.ts';
import type { SeriesStore } from './series-store.ts';

/** One node-exporter: CPU seconds by mode, memory, disk and network. */
function createNodeExporter(store: SeriesStore, node: Node, place: number): Exporter {
  const labels = { job: nodeExporterJob, instance: node.instance };
  const series = (name: string, more: Readonly<Record<string, string>> = {}) =>
    store.series({ __name__: name, ...more, ...labels });
  const up = series('up');
  const processors = Array.from({ length: processorsPerNode }, (_, cpu) => ({
    idle: series('node_cpu_seconds_total', { cpu: String(cpu), mode: 'idle' }),
    user: series('node_cpu_seconds_total', { cpu: String(cpu), mode: 'user' }),
    system: series('node_cpu_seconds_total', { cpu: String(cpu), mode: 'system' }),
    iowait: series('node_cpu_seconds_total', { cpu: String(cpu), mode: 'iowait' }),
  }));
  const memoryTotal = series('node_memory_MemTotal_bytes');
  const memoryAvailable = series('node_memory_MemAvailable_bytes');
  const disk = { device: '/dev/vda1', fstype: 'ext4', mountpoint: '/' };
  const diskSize = series('node_filesystem_size_bytes', disk);
  const diskFree = series('node_filesystem_avail_bytes', disk);
  const diskBusy = series('node_disk_io_time_seconds_total', { device: 'vda' });
  const received = series('node_network_receive_bytes_total', { device: 'eth0' });
  const sent = series('node_network_transmit_bytes_total', { device: 'eth0' });

  return {
    scrape({ seconds, conditions }) {
      const busy = (conditions.cpuPercent[place] ?? 0) / 100;
      const count = (counter: typeof up, by: number) => {
        counter.counted += by;
        store.write(counter, counter.counted);
      };
      store.write(up, 1);
      for (const { idle, user, system, iowait } of processors) {
        count(idle, seconds * (1 - busy));
        count(user, seconds * busy * 0.76);
        count(system, seconds * busy * 0.2);
        count(iowait, seconds * busy * 0.04);
      }
      store.write(memoryTotal, node.memoryTotalBytes);
      store.write(memoryAvailable, Math.round(node.memoryTotalBytes * (1 - node.memoryUsedShare - 0.06 * busy)));
      store.write(diskSize, node.diskTotalBytes);
      diskFree.counted ||= node.diskTotalBytes * (1 - node.diskUsedShare);
      diskFree.counted -= seconds * 4_000;
      store.write(diskFree, Math.round(diskFree.counted));
      count(diskBusy, seconds * 0.11 * busy);
      count(received, Math.round(seconds * busy * 2_400_000));
      count(sent, Math.round(seconds * busy * 3_100_000));
    },
  };
}

/** The Redis exporter; `keys` asks how many keys there are now. */
function createRedisExporter(store: SeriesStore, keys: () => number): Exporter {
  const series = (name: string, more: Readonly<Record<string, string>> = {}) =>
    store.series({ __name__: name, ...more, ...redisExporter });
  const up = series('up');
  const redisUp = series('redis_up');
  const clients = series('redis_connected_clients');
  const memoryUsed = series('redis_memory_used_bytes');
  const memoryMax = series('redis_memory_max_bytes');
  const dbKeys = series('redis_db_keys', { db: 'db0' });
  const hits = series('redis_keyspace_hits_total');
  const misses = series('redis_keyspace_misses_total');
  return {
    scrape({ seconds, conditions }) {
      const present = keys();
      store.write(up, 1);
      store.write(redisUp, 1);
      store.write(clients, 23);
      store.write(memoryUsed, 2_400_000 + present * 900);
      store.write(memoryMax, 512 * 1024 * 1024);
      store.write(dbKeys, present);
      increase(store, hits, seconds * 390 * (1 - 0.55 * conditions.cacheColdness));
      increase(store, misses, seconds * (18 + 210 * conditions.cacheColdness));
    },
  };
}

const opaLatency: LatencyShape = { medianSeconds: 0.00009, sigma: 0.55, tailShare: 0, tailFrom: 0.01, tailTo: 0.02 };

/** OPA's own histogram: the same name as ACGS-2's, other labels, edges in microseconds. */
export function createOpaExporter(store: SeriesStore): Exporter {
  const labels = { code: '200', handler: 'v1/data', method: 'post', job: opa.job, instance: opa.instance };
  const series = (suffix: string, more: Readonly<Record<string, string>> = {}) =>
    store.series({ __name__: `http_request_duration_seconds_${suffix}`, ...more, ...labels });
  const buckets = opaEdges.map((edge) => ({ edge, series: series('bucket', { le: goNumber(edge) }) }));
  const overflow = series('bucket', { le: '+Inf' });
  const sum = series('sum');
  const count = series('count');
  const up = store.series({ __name__: 'up', job: opa.job, instance: opa.instance });
  return {
    scrape({ seconds }: Stretch) {
      const served = seconds * opa.requestsPerSecond;
      store.write(up, 1);
      increase(store, count, served);
      increase(store, overflow, served);
      for (const bucket of buckets) {
        bucket.series.counted += served * shareWithin(opaLatency, bucket.edge);
        store.write(bucket.series, Math.floor(bucket.series.counted));
      }
      sum.counted += served * 0.0001;
      store.write(sum, sum.counted);
    },
  };
}

export function platformExporters(store: SeriesStore, redisKeys: () => number): readonly Exporter[] {
  return [...nodes.map((node, place) => createNodeExporter(store, node, place)), createRedisExporter(store, redisKeys)];
}

/** Go prints small numbers with an exponent of two digits: le="1e-06". */
function goNumber(edge: number): string {
  return edge < 1e-4 ? edge.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(edge);
}
