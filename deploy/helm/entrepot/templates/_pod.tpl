{{/*
Parts of every pod. They satisfy the Pod Security standard `restricted`, which a test holds against
the real admission.
*/}}

{{- define "entrepot.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "entrepot.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/*
Metadata of a pod: (root, component, settings, what a change of makes new pods). Not the labels of
other resources: the chart's version among them would make every pod anew.
*/}}
{{- define "entrepot.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $settings := index . 2 -}}
labels:
  {{- include "entrepot.selector" $root | nindent 2 }}
  app.kubernetes.io/component: {{ index . 1 }}
  {{- with $root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with $settings.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- if or (index . 3) $settings.annotations }}
annotations:
  {{- with index . 3 }}
  checksum/configuration: {{ sha256sum . | trunc 16 | quote }}
  {{- end }}
  {{- with $settings.annotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where a pod may run: (root, component, settings). */}}
{{- define "entrepot.scheduling" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $settings := index . 2 -}}
{{- with $settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{ toYaml . | nindent 4 | trim }}
    {{- if eq $component "gateway" }}
    # An old and a new pod beside each other are no reason to wait.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
    labelSelector:
      matchLabels:
        {{- include "entrepot.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The probes, on the admin port: (settings). */}}
{{- define "entrepot.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: {{ .probes.startup.periodSeconds }}
  failureThreshold: {{ .probes.startup.failureThreshold }}
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: {{ .probes.liveness.periodSeconds }}
  timeoutSeconds: {{ .probes.liveness.timeoutSeconds }}
  failureThreshold: {{ .probes.liveness.failureThreshold }}
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: {{ .probes.readiness.periodSeconds }}
  timeoutSeconds: {{ .probes.readiness.timeoutSeconds }}
  failureThreshold: {{ .probes.readiness.failureThreshold }}
{{- end -}}

{{/* The environment that all services share: (root, settings, gRPC port, admin port). */}}
{{- define "entrepot.env" -}}
{{- $root := index . 0 -}}
- {name: ENTREPOT_LISTEN, value: "0.0.0.0:{{ index . 2 }}"}
- {name: ENTREPOT_ADMIN, value: "0.0.0.0:{{ index . 3 }}"}
- {name: ENTREPOT_LOG, value: {{ $root.Values.log.filter | quote }}}
- {name: ENTREPOT_LOG_FORMAT, value: {{ $root.Values.log.format }}}
- {name: ENTREPOT_TLS_CERT, value: /etc/entrepot/tls/tls.crt}
- {name: ENTREPOT_TLS_KEY, value: /etc/entrepot/tls/tls.key}
- {name: ENTREPOT_TLS_CA, value: /etc/entrepot/tls/ca.crt}
{{- with $root.Values.otlp.url }}
- {name: ENTREPOT_OTLP, value: {{ . | quote }}}
{{- end }}
{{- end -}}

{{/* How a stateful service or the topics job reaches Kafka: (root, secret). */}}
{{- define "entrepot.kafkaEnv" -}}
{{- $root := index . 0 -}}
- {name: ENTREPOT_KAFKA, value: {{ $root.Values.kafka.brokers | quote }}}
{{- if index . 1 }}
- {name: ENTREPOT_KAFKA_CONFIG, value: /etc/entrepot/kafka/{{ $root.Values.kafka.configKey }}}
{{- end }}
{{- end -}}
