{{/*
Memory: the limit is made from what it must hold, so that a larger cache never meets a limit that was
set for a smaller one.
*/}}

{{/* A quantity of memory in MiB, rounded down. */}}
{{- define "entrepot.mib" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9.]+" $text | float64 -}}
{{- $unit := regexReplaceAll "^[0-9.]+" $text "" -}}
{{- $bytes := dict "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12
      "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- if not (hasKey $bytes $unit) -}}
{{- fail (printf "entrepot: `%s` is not a quantity of memory such as 512Mi or 2Gi" $text) -}}
{{- end -}}
{{- divf (mulf $number (index $bytes $unit)) 1048576.0 | floor | int64 -}}
{{- end -}}

{{/*
The memory in MiB that an instance may need: (root, settings). The sum:
  baseMib              the process, requests in flight, spools, 64 MiB spare
  + cacheMib × 3 / 2   the page cache; it counts pages as stored, the heap around them is allowed half
  + unitMib × units    queues of the units' readers (8 MiB each), their producers and their work
where an instance has partitions / replicas units, rounded up. An instance that is moved its partner's
partitions by a smaller `replicas` gets a new limit with them.
*/}}
{{- define "entrepot.memoryMib" -}}
{{- $partitions := (index . 0).Values.topics.partitions | int -}}
{{- $settings := index . 1 -}}
{{- $replicas := int $settings.replicas -}}
{{- $units := div (add $partitions (sub $replicas 1)) $replicas -}}
{{- add (int $settings.baseMib) (div (mul 3 (int $settings.cacheMib)) 2)
      (mul $units (int $settings.unitMib)) -}}
{{- end -}}

{{/* The resources of a stateful service: (root, service, settings). */}}
{{- define "entrepot.resources" -}}
{{- $settings := index . 2 -}}
{{- $needed := include "entrepot.memoryMib" (list (index . 0) $settings) | int -}}
{{- $requests := $settings.resources.requests -}}
{{- $limits := $settings.resources.limits -}}
{{- if $limits.memory -}}
{{- $limit := include "entrepot.mib" $limits.memory | int -}}
{{- if lt $limit $needed -}}
{{- fail (printf "entrepot: %s.resources.limits.memory is %s, but a cache of %d MiB with its units needs %d MiB (baseMib + 1.5 × cacheMib + unitMib × units): raise the limit, lower cacheMib, or add replicas"
      (index . 1).key (toString $limits.memory) (int $settings.cacheMib) $needed) -}}
{{- end -}}
{{- end -}}
requests:
  {{- with $requests.cpu }}
  cpu: {{ . | quote }}
  {{- end }}
  memory: {{ default (printf "%dMi" (add (int $settings.baseMib) (int $settings.cacheMib)))
    $requests.memory | quote }}
limits:
  {{- with $limits.cpu }}
  cpu: {{ . | quote }}
  {{- end }}
  memory: {{ default (printf "%dMi" $needed) $limits.memory | quote }}
{{- end -}}
