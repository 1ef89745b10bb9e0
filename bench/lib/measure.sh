# shellcheck shell=bash
# Stopwatch. One line per measurement in measures.tsv of the run: contender, measure, seconds.

measure() { # CONTENDER MEASURE COMMAND…
  local contender=$1 name=$2 log=$run/$1-$2.log began ended
  shift 2
  say "$contender: $name"
  began=$EPOCHREALTIME
  "$@" >"$log" 2>"$log.err" || {
    tail -n 25 "$log" "$log.err" >&2
    fail "$contender's '$name' failed, nothing is reported; all of its output: $log"
  }
  ended=$EPOCHREALTIME
  awk -v contender="$contender" -v name="$name" -v began="$began" -v ended="$ended" \
    'BEGIN { printf "%s\t%s\t%.3f\n", contender, name, ended - began }' | tee -a "$run/measures.tsv" |
    while IFS=$'\t' read -r _ _ seconds; do say "$contender: $name took $seconds s"; done
}

wanted() { # MEASURE
  [[ " ${measures[*]} " == *" $1 "* ]]
}
