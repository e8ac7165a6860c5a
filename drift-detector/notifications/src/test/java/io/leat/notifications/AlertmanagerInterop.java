package io.leat.notifications;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.notifications.Channel.Outcome;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A real Alertmanager; {@code interop/alertmanager/run} starts it and runs this. */
class AlertmanagerInterop {
  private final URI url =
      URI.create(Objects.requireNonNull(System.getProperty("leat.alertmanager")));
  private final Channel channel = new AlertmanagerChannel(url, "power", InstantSource.system());

  @Test
  void anEpisodeFiresIsRaisedAndResolves() throws Exception {
    Instant now = Instant.now();
    Notification open = Episodes.notification("team", "e1", now.minusSeconds(60));
    tell(open, NotificationStage.OPENED);
    assertThat(active()).hasSize(1);
    assertThat(active().get(0).path("labels").path("severity").asText()).isEqualTo("warn");

    Notification raised =
        Notification.newBuilder(open)
            .setRaised(Episodes.raised("e1"))
            .setRaisedAt(now.minusSeconds(30))
            .build();
    tell(raised, NotificationStage.RAISED);
    assertThat(active()).hasSize(1);
    assertThat(active().get(0).path("labels").path("severity").asText()).isEqualTo("critical");
    tell(raised, NotificationStage.OPENED); // as each minute
    assertThat(active()).hasSize(1);

    tell(
        Notification.newBuilder(raised)
            .setClosed(Episodes.closed("e1"))
            .setClosedAt(now.minusSeconds(1))
            .build(),
        NotificationStage.CLOSED);
    assertThat(active()).isEmpty();
  }

  private void tell(Notification notification, NotificationStage stage)
      throws InterruptedException {
    assertThat(channel.tell(notification, stage).outcome()).isEqualTo(Outcome.TAKEN);
  }

  private JsonNode active() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/api/v2/alerts?active=true")).build();
    return new ObjectMapper()
        .readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }
}
