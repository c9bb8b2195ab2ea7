#!/usr/bin/env bash
# Builds kube-apiserver from Debian's own source package into a folder, beside a link to Debian's etcd: build-kube-apiserver.sh FOLDER
#
# Needs golang-1.19-go and etcd-server. Adds nothing to the configuration of apt: it asks the archives that this machine uses anyway
# for their sources, in a folder of its own. Debian's patches touch kubectl only, so they are not applied.
set -euo pipefail
folder=$1
version=1.20.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '  %s\n' "$1"; }

step 'source package'
mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/source"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -f "$list" ] || sed -nE 's/^deb[[:space:]]/deb-src /p' "$list" > "$work/apt/parts/$(basename "$list").list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  [ ! -f "$list" ] || sed -E 's/^Types:.*/Types: deb-src/' "$list" > "$work/apt/parts/$(basename "$list")"
done
sources=(-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/parts" -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache")
# An archive without sources is no reason to stop as long as another one has them.
apt-get "${sources[@]}" update || true
(cd "$work/source" && apt-get "${sources[@]}" source --download-only kubernetes)
[ -f "$work"/source/kubernetes_*"$version".orig.tar.gz ] || {
  echo "Debian's kubernetes is not $version here" >&2
  exit 1
}
export GOPATH="$work/go" GO111MODULE=off GOFLAGS= GOCACHE="$work/gocache" CGO_ENABLED=0 PATH="/usr/lib/go-1.19/bin:$PATH"
tree="$GOPATH/src/k8s.io/kubernetes"
mkdir -p "$tree"
tar -xzf "$work"/source/kubernetes_*.orig.tar.gz -C "$tree" --strip-components=1
cd "$tree"

# The one generated file that the package lacks, in the way of its Makefile.generated_files.
step 'API description'
go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
described=$(find -L pkg cmd plugin vendor/k8s.io -name '*.go' -exec grep -l '+k8s:openapi-gen=' {} + |
  grep -vE '/(code-generator|sample-apiserver|gengo|kube-openapi)/' | xargs -n1 dirname | LC_ALL=C sort -u |
  sed 's|^|k8s.io/kubernetes/|' | paste -sd,)
"$work/openapi-gen" --logtostderr -i "$described" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h hack/boilerplate/boilerplate.generatego.txt -r "$work/violations"

# The compiler spends a quarter of its time on collecting garbage that a machine with memory need not collect.
[ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt 8000000 ] || export GOGC=400

# Without the cloud providers, which take most of the time, and without what a debugger would need.
step 'compiling'
named=k8s.io/kubernetes/vendor/k8s.io/component-base/version
go build -tags providerless -o "$work/kube-apiserver" \
  -ldflags "-s -w -X $named.gitVersion=v$version -X $named.gitMajor=1 -X $named.gitMinor=20" ./cmd/kube-apiserver

mkdir -p "$folder"
ln -sf "$(command -v etcd)" "$folder/etcd"
# Last and in one step: who finds it finds all of it.
mv "$work/kube-apiserver" "$folder/.kube-apiserver" && mv "$folder/.kube-apiserver" "$folder/kube-apiserver"
