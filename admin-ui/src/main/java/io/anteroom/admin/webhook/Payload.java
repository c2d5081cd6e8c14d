// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.webhook.WebhookFormat;
import java.time.temporal.ChronoUnit;

/**
 * The body of a delivery: the same text for the same event, whenever it is sent.
 *
 * @param contentType its media type
 * @param body its text
 */
record Payload(String contentType, String body) {
    private static final String JSON = "application/json";
    private static final String CLOUD_JSON = "application/cloudevents+json";

    static Payload of(WebhookEvent event, WebhookFormat format) {
        return switch (format) {
            case STANDARD -> standard(event);
            case GATEFLOW -> gateflow(event);
            case CLOUDEVENTS -> cloud(event);
        };
    }

    private static Payload standard(WebhookEvent event) {
        return new Payload(JSON, JsonText.with(json -> {
            json.writeStartObject();
            json.writeStringField("type", event.type());
            json.writeStringField("timestamp", event.at().toString());
            json.writeFieldName("data");
            json.writeRawValue(event.data());
            json.writeEndObject();
        }));
    }

    private static Payload gateflow(WebhookEvent event) {
        return new Payload(JSON, JsonText.with(json -> {
            json.writeStartObject();
            json.writeStringField("event", event.type());
            json.writeStringField(
                    "timestamp", event.at().truncatedTo(ChronoUnit.SECONDS).toString());
            json.writeFieldName("data");
            json.writeRawValue(event.data());
            json.writeEndObject();
        }));
    }

    private static Payload cloud(WebhookEvent event) {
        return new Payload(CLOUD_JSON, JsonText.with(json -> {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", event.id());
            json.writeStringField("source", event.source());
            json.writeStringField("type", "io.anteroom." + event.type());
            if (!event.subject().isEmpty()) {
                json.writeStringField("subject", event.subject());
            }
            json.writeStringField("time", event.at().toString());
            json.writeStringField("datacontenttype", JSON);
            json.writeFieldName("data");
            json.writeRawValue(event.data());
            json.writeEndObject();
        }));
    }
}
