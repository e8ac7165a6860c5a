package io.leat.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import io.leat.records.AuditEvent;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.Change;
import io.leat.schemas.audit.ChangeLog;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code leat audit} on a real broker. */
@ExtendWith(SharedCluster.class)
class AuditCommandIT {
  private static final Instant TIME = Instant.parse("2026-11-01T12:00:00Z");

  private final TestCluster cluster;
  private final RegistryClient registry;

  AuditCommandIT(TestCluster cluster) {
    this.cluster = cluster;
    this.registry = cluster.newRegistryClient();
  }

  @BeforeEach
  void clear() {
    cluster.clear();
    cluster.createTopic(Topics.AUDIT, 1, Map.of());
  }

  @Test
  void eventsAreListedTheNewestLast() {
    change(event("apply", "pipeline shop"), TIME);
    change(event("promote", "model fraud"), TIME.plusSeconds(60));
    forge(event("dlq.replay", "event\npayments"));

    assertThat(run("list").out())
        .isEqualTo(
            """
            2026-11-01T12:00:00Z  #1  ada  apply  pipeline shop  it is better
            2026-11-01T12:01:00Z  #2  ada  promote  model fraud  it is better
            1970-01-01T00:00:00Z  -  ada  dlq.replay  event payments  it is better
            """);
    assertThat(lines("list", "-n", "1")).singleElement().asString().contains("dlq.replay");
    assertThat(lines("list", "--action", "apply")).singleElement().asString().contains("#1");
    assertThat(lines("list", "--subject", "fraud")).singleElement().asString().contains("#2");
    assertThat(lines("list", "--from", "2026-11-01T12:00:01Z"))
        .singleElement()
        .asString()
        .contains("#2");
    assertThat(lines("list", "--from", "2026-11-01", "--to", "2026-11-01T12:01:00Z"))
        .singleElement()
        .asString()
        .contains("#1");
    assertThat(lines("list", "--json", "--action", "apply"))
        .singleElement()
        .asString()
        .startsWith(
            "{\"action\":\"apply\",\"actor\":\"ada\",\"details\":{},\"evidence\":[],\"hash\":\"")
        .endsWith(
            "\",\"reason\":\"it is better\",\"sequence\":1,\"subject\":\"pipeline shop\",\"time\":1793534400000}");
    assertThat(run("list", "-n", "-1")).extracting(CommandRun::code).isEqualTo(2);
  }

  @Test
  void aWholeChainIsSaidToBeAndABrokenOneIsNamed() {
    assertThat(run("verify"))
        .isEqualTo(
            new CommandRun(
                0,
                """
                No change is in the chain yet.
                0 events are not in the chain: dead letters replayed, retraining asked for, changes by earlier releases.
                """));
    change(event("apply", "pipeline shop"), TIME);
    change(event("promote", "model fraud"), TIME);
    CommandRun whole = run("verify");
    assertThat(whole.code()).isZero();
    assertThat(whole.out()).startsWith("The chain of 2 changes is whole. Its last: 2:");
    String head = whole.out().lines().findFirst().orElseThrow().replaceFirst(".*: ", "");

    assertThat(run("verify", "--expect", head)).isEqualTo(whole);
    CommandRun cut = run("verify", "--expect", head.replaceFirst("2", "3"));
    assertThat(cut.code()).isEqualTo(1);
    assertThat(cut.out())
        .startsWith(
            "The chain of changes is broken at its end, place 3: expected events up to sequence 3, as before; found the end of the chain.");
    assertThat(run("verify", "--expect", "two").code()).isEqualTo(2);

    forge(
        AuditEvent.newBuilder(event("promote", "model fraud"))
            .setSequence(3L)
            .setPrevious(head.replaceFirst("2:", ""))
            .setHash("0".repeat(64))
            .build());
    CommandRun forged = run("verify");
    assertThat(forged.code()).isEqualTo(1);
    assertThat(forged.out())
        .startsWith("The chain of changes is broken at audit/0/4, place 3: expected hash ")
        .contains(", which its fields give; found hash " + "0".repeat(64) + ".");
  }

  @Test
  void whereNothingWasAppliedItIsSaid() {
    cluster.clear();

    CommandRun run = run("verify");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).startsWith("There is no topic audit at ").contains("[NOT_APPLIED]");
  }

  private void change(AuditEvent event, Instant time) {
    boolean changed =
        new ChangeLog(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                registry,
                InstantSource.fixed(time))
            .change(() -> new Change<>(List.of(), Optional.of(event), true));
    assertThat(changed).isTrue();
  }

  private void forge(AuditEvent event) {
    try (TopicWriter writer = cluster.newWriter()) {
      writer.sendRecord(Topics.AUDIT, "key", event);
    }
  }

  private static AuditEvent event(String action, String subject) {
    return AuditEvent.newBuilder()
        .setAction(action)
        .setActor("ada")
        .setSubject(subject)
        .setDetails(Map.of())
        .setTime(Instant.EPOCH)
        .setReason("it is better")
        .build();
  }

  private Stream<String> lines(String... arguments) {
    return run(arguments).out().lines();
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.of(
                Stream.of("audit"),
                Stream.of(arguments),
                Stream.of(
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl()))
            .flatMap(part -> part)
            .toArray(String[]::new));
  }
}
