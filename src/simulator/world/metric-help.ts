// Type and help text of every metric, as the exporters announce them beside their samples.

export interface MetricHelp {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info';
  readonly help: string;
}

export const metricHelp: Readonly<Record<string, MetricHelp>> = {
  acgs2_service_info: { type: 'gauge', help: 'ACGS-2 service information' },
  cache_hits_total: { type: 'counter', help: 'Total cache hits' },
  cache_misses_total: { type: 'counter', help: 'Total cache misses' },
  constitutional_validations_total: { type: 'counter', help: 'Total constitutional validations' },
  constitutional_violations_total: { type: 'counter', help: 'Total constitutional violations detected' },
  http_request_duration_seconds: { type: 'histogram', help: 'HTTP request latency in seconds' },
  http_requests_in_progress: { type: 'gauge', help: 'Number of HTTP requests currently in progress' },
  http_requests_total: { type: 'counter', help: 'Total HTTP requests' },
  node_cpu_seconds_total: { type: 'counter', help: 'Seconds the CPUs spent in each mode.' },
  node_disk_io_time_seconds_total: { type: 'counter', help: 'Total seconds spent doing I/Os.' },
  node_filesystem_avail_bytes: { type: 'gauge', help: 'Filesystem space available to non-root users in bytes.' },
  node_filesystem_size_bytes: { type: 'gauge', help: 'Filesystem size in bytes.' },
  node_memory_MemAvailable_bytes: { type: 'gauge', help: 'Memory information field MemAvailable_bytes.' },
  node_memory_MemTotal_bytes: { type: 'gauge', help: 'Memory information field MemTotal_bytes.' },
  node_network_receive_bytes_total: { type: 'counter', help: 'Network device statistic receive_bytes.' },
  node_network_transmit_bytes_total: { type: 'counter', help: 'Network device statistic transmit_bytes.' },
  redis_connected_clients: { type: 'gauge', help: 'connected_clients metric' },
  redis_db_keys: { type: 'gauge', help: 'Total number of keys by DB' },
  redis_keyspace_hits_total: { type: 'counter', help: 'keyspace_hits_total metric' },
  redis_keyspace_misses_total: { type: 'counter', help: 'keyspace_misses_total metric' },
  redis_memory_max_bytes: { type: 'gauge', help: 'memory_max_bytes metric' },
  redis_memory_used_bytes: { type: 'gauge', help: 'memory_used_bytes metric' },
  redis_up: { type: 'gauge', help: 'Information about the Redis instance' },
};
