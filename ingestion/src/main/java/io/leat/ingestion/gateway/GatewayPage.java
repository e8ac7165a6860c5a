package io.leat.ingestion.gateway;

import java.util.Collection;
import java.util.stream.Collectors;

/** The page that a browser is shown at the HTTP gateway's root: what it is, and how to use it. */
final class GatewayPage {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Leat, HTTP gateway</title>
      <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
        td { vertical-align: top; padding: .25rem 1rem .25rem 0 }
        pre { background: #8882; padding: .75rem; overflow-x: auto }
      </style>
      <h1>HTTP gateway of %1$s</h1>
      <p>It takes events as JSON or CloudEvents, checks each against its contract, and publishes those that pass.
      Each event gets its own verdict.</p>
      <table>
      %2$s
      <tr><td><a href="openapi.yaml"><code>GET /openapi.yaml</code></a><td>all of it, for tools
      <tr><td><a href="health/ready"><code>GET /health/ready</code></a><td>whether every event can be checked
      <tr><td><a href="metrics"><code>GET /metrics</code></a><td>Prometheus metrics
      </table>
      <p>An empty event, to see what is missing in it:</p>
      <pre>curl -s http://127.0.0.1:%3$d/events/%4$s -H 'content-type: application/json' -d '[{}]'</pre>
      """;

  private GatewayPage() {}

  /**
   * The page as HTML.
   *
   * @param events at least one; names of events and pipelines hold nothing that HTML would read
   */
  static String of(String pipeline, Collection<String> events, int port) {
    return PAGE.formatted(
        pipeline,
        events.stream()
            .map("<tr><td><code>POST /events/%s</code><td>events, one or a list"::formatted)
            .collect(Collectors.joining("\n")),
        port,
        events.iterator().next());
  }
}
