{{/*
Names, labels, ports and addresses. Names are short enough for what Kubernetes makes of them: a
StatefulSet's name plus a hash is a label (63), so that a prefix has at most 38 characters.
*/}}
{{- define "entrepot.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 38 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 38 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 38 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The labels that select a release's pods; they never change. */}}
{{- define "entrepot.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* All labels of a resource: (root, component). */}}
{{- define "entrepot.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{ include "entrepot.selector" $root }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
app.kubernetes.io/version: {{ default $root.Chart.AppVersion $root.Values.image.tag | trunc 63 | quote }}
app.kubernetes.io/part-of: entrepot
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "entrepot.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The stateful services, with the section of the values and the port of each. */}}
{{- define "entrepot.services" -}}
- {name: ingestion, key: ingestion, grpc: 50061, admin: 51061}
- {name: metrics, key: metrics, grpc: 50062, admin: 51062}
- {name: network-model, key: networkModel, grpc: 50063, admin: 51063}
- {name: policy-advice, key: policyAdvice, grpc: 50064, admin: 51064}
{{- end -}}

{{/*
The settings of one stateful service: (root, section). What the section says wins over `services`,
and that over `pods`.
*/}}
{{- define "entrepot.settings" -}}
{{- $root := index . 0 -}}
{{- $own := index $root.Values (index . 1) -}}
{{- $all := deepCopy $root.Values.pods -}}
{{- if ne (index . 1) "gateway" -}}
{{- $all = mergeOverwrite $all (deepCopy $root.Values.services) -}}
{{- end -}}
{{- mergeOverwrite $all (deepCopy $own) | toYaml -}}
{{- end -}}

{{/* The URLs of all instances of a service, in the order of their numbers: (root, service). */}}
{{- define "entrepot.urls" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $settings := include "entrepot.settings" (list $root $service.key) | fromYaml -}}
{{- $name := printf "%s-%s" (include "entrepot.fullname" $root) $service.name -}}
{{- $urls := list -}}
{{- range $instance := until (int $settings.replicas) -}}
{{- $urls = append $urls (printf "https://%s-%d.%s.%s.svc.%s:%v" $name $instance $name
      $root.Release.Namespace $root.Values.clusterDomain $service.grpc) -}}
{{- end -}}
{{- join "," $urls -}}
{{- end -}}

{{/* The Secret with a component's certificate: (root, component, settings). */}}
{{- define "entrepot.tlsSecret" -}}
{{- default (printf "%s-%s-tls" (include "entrepot.fullname" (index . 0)) (index . 1))
      (index . 2).tlsSecret -}}
{{- end -}}

{{- define "entrepot.kafkaNamespace" -}}
{{- default .Release.Namespace .Values.strimzi.namespace -}}
{{- end -}}

{{/* The port of a URL: (url). */}}
{{- define "entrepot.port" -}}
{{- $host := (urlParse .).host -}}
{{- if regexMatch ":[0-9]+$" $host -}}
{{- regexFind "[0-9]+$" $host -}}
{{- else -}}
{{- ternary 443 80 (hasPrefix "https:" .) -}}
{{- end -}}
{{- end -}}
