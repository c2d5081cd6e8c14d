# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: $root, $jar, build, java_bin.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jar="$root/bench/target/benchmarks.jar"
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}java

# Builds the benchmarks, unless they are newer than every source.
build() {
  local changed
  if [ -f "$jar" ]; then
    changed=$(find "$root/pom.xml" "$root/filter-lib/pom.xml" "$root/filter-lib/src/main" \
      "$root/hazelcast/pom.xml" "$root/hazelcast/src/main" \
      "$root/admin-ui/pom.xml" "$root/admin-ui/src/main" \
      "$root/bench/pom.xml" "$root/bench/src" -type f -newer "$jar" -print -quit)
    [ -z "$changed" ] && return
  fi
  echo "building ..."
  (cd "$root" && mvn -q -B -pl bench -am package -DskipTests)
}

# Builds the gateway's jar, $gateway, unless it is newer than every source.
build_gateway() {
  gateway="$root/jetty-app/target/anteroom.jar"
  local changed
  if [ -f "$gateway" ]; then
    changed=$(find "$root/pom.xml" "$root/jetty-app/pom.xml" "$root/jetty-app/src" "$root/filter-lib/src/main" \
      "$root/admin-ui/src/main" "$root/hazelcast/src/main" -type f -newer "$gateway" -print -quit)
    [ -z "$changed" ] && return
  fi
  echo "building the gateway ..."
  (cd "$root" && mvn -q -B -ntp -pl jetty-app -am package -DskipTests)
}

# Ten thousand sockets need as many file descriptors.
raise_open_files() {
  ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt 11000 ]; then
    echo "at most $(ulimit -n) open files (expected: at least 11000; see ulimit -n)" >&2
    exit 1
  fi
}

# Prints the script's own opening comment, which says what it compares.
introduce() {
  sed -n '3,/^[^#]/{s/^# \{0,1\}//p;}' "$0"
  echo "machine: $(nproc) processors, $("$java_bin" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/JDK \1/p'), load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
}
