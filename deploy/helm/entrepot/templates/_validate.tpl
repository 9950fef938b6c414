{{/*
What must hold before anything is made; each says what to do. What a schema can say is in
values.schema.json.
*/}}
{{- define "entrepot.validate" -}}
{{- if not .Values.kafka.brokers -}}
{{- fail "entrepot: kafka.brokers is not set: name the bootstrap servers, such as `kafka:9092`" -}}
{{- end -}}
{{- if not .Values.tls.source -}}
{{- fail "entrepot: TLS is not configured: in pods the services listen on all addresses, and refuse to start there without mutual TLS. Set tls.source to `cert-manager` (certificates are made) or to `secrets` (one Secret a service with tls.crt, tls.key, ca.crt)" -}}
{{- end -}}
{{- $auth := .Values.gateway.auth -}}
{{- if not (or $auth.jwt.secret $auth.jwt.url $auth.clientCaSecret) -}}
{{- fail "entrepot: the gateway's clients are not authenticated: set gateway.auth.jwt.secret or gateway.auth.jwt.url (tokens), or gateway.auth.clientCaSecret (client certificates)" -}}
{{- end -}}
{{- if and $auth.jwt.secret $auth.jwt.url -}}
{{- fail "entrepot: gateway.auth.jwt.secret and gateway.auth.jwt.url are both set: keys come from one place" -}}
{{- end -}}
{{- $strimzi := .Values.strimzi -}}
{{- if and (or $strimzi.users.enabled (eq .Values.topics.manage "strimzi")) (not $strimzi.cluster) -}}
{{- fail "entrepot: strimzi.cluster is not set: KafkaTopic and KafkaUser resources belong to a Kafka resource" -}}
{{- end -}}
{{- if and $strimzi.users.enabled (eq .Values.topics.manage "services") -}}
{{- fail "entrepot: the KafkaUsers of the services may not make topics: set topics.manage to `strimzi`, `none`, or to `job` with topics.configSecret" -}}
{{- end -}}
{{- if and $strimzi.users.enabled (eq .Values.topics.manage "job") (not .Values.topics.configSecret) -}}
{{- fail "entrepot: the topics job needs rights of its own beside KafkaUsers: set topics.configSecret, or topics.manage to `strimzi` or `none`" -}}
{{- end -}}
{{- if and $strimzi.users.enabled .Values.kafka.configSecret -}}
{{- fail "entrepot: kafka.configSecret and strimzi.users.enabled are both set: with KafkaUsers the chart writes the services' Kafka configuration" -}}
{{- end -}}
{{- $root := . -}}
{{- range include "entrepot.services" . | fromYamlArray -}}
{{- $settings := include "entrepot.settings" (list $root .key) | fromYaml -}}
{{- if gt (int $settings.replicas) (int $root.Values.topics.partitions) -}}
{{- fail (printf "entrepot: %s.replicas is %d, but topics.partitions is %d: an instance beyond the partitions would own nothing"
      .key (int $settings.replicas) (int $root.Values.topics.partitions)) -}}
{{- end -}}
{{- if lt (int $settings.terminationGracePeriodSeconds) 30 -}}
{{- fail (printf "entrepot: terminationGracePeriodSeconds of %s is %d: a service drains for up to 25 s, leave it 30 at least"
      .key (int $settings.terminationGracePeriodSeconds)) -}}
{{- end -}}
{{- end -}}
{{- $autoscaling := .Values.gateway.autoscaling -}}
{{- if and $autoscaling.enabled (gt (int $autoscaling.minReplicas) (int $autoscaling.maxReplicas)) -}}
{{- fail "entrepot: gateway.autoscaling.minReplicas is above maxReplicas" -}}
{{- end -}}
{{- if and .Values.gateway.ingress.enabled (not .Values.gateway.ingress.hosts) -}}
{{- fail "entrepot: gateway.ingress.enabled needs gateway.ingress.hosts" -}}
{{- end -}}
{{- end -}}
