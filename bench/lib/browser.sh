# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it, after build.sh: browser_tests.

# browser_tests MODULES TESTS WHAT: runs tests that need a browser, and prints one line about them.
browser_tests() {
  local status=0 module
  CHROMIUM=$("$root/.ci/browser")
  export CHROMIUM
  for module in ${1//,/ }; do
    rm -rf "$root/$module/target/surefire-reports"
  done
  (cd "$root" && mvn -q -B -ntp -pl "$1" -am test -Dtest="$2" -Dsurefire.failIfNoSpecifiedTests=false \
    -Djacoco.skip=true) || status=1
  local reports=()
  for module in ${1//,/ }; do
    reports+=("$root/$module/target/surefire-reports")
  done
  python3 - "$status" "$3" "$(basename "$0")" "${reports[@]}" <<'PY'
import glob
import sys
import xml.etree.ElementTree as tree

status, what, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
run = failed = 0
seconds = 0.0
for reports in sys.argv[4:]:
    for path in glob.glob(reports + "/TEST-*.xml"):
        suite = tree.parse(path).getroot()
        run += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        seconds += float(suite.get("time"))
holds = status == 0 and failed == 0 and run > 0
print(f"{name}: {run} {what}, {failed} failed, in {seconds:.0f} s: {'holds' if holds else 'falls short'}")
sys.exit(0 if holds else 1)
PY
}
