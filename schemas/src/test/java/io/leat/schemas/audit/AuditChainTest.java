package io.leat.schemas.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.records.AuditEvent;
import io.leat.schemas.audit.AuditChain.BrokenLink;
import io.leat.schemas.audit.AuditChain.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditChainTest {
  private static final Path REFERENCE =
      Path.of(System.getProperty("leat.project", ".."), "docs/reference/audit.md");

  private static final AuditEvent APPLIED =
      AuditEvent.newBuilder()
          .setAction("apply")
          .setActor("ada")
          .setSubject("pipeline shop")
          .setDetails(Map.of("topics", "orders", "schemas", "orders-value"))
          .setTime(Instant.parse("2026-11-01T12:00:00Z"))
          .build();

  private static final AuditEvent PROMOTED =
      AuditEvent.newBuilder(APPLIED)
          .setAction("promote")
          .setBefore("{\"champion\":1}")
          .setAfter("{\"champion\":2}")
          .setReason("für besser befunden")
          .setEvidence(List.of("auc 0.91", "p95 3 ms"))
          .build();

  /** As any other program would. */
  @Test
  void aHashIsComputedFromWhatTheReferenceSays() throws NoSuchAlgorithmException, IOException {
    AuditEvent first = AuditChain.link(APPLIED, Optional.empty());
    AuditEvent second = AuditChain.link(PROMOTED, AuditChain.head(first));

    String one =
        """
        {"action":"apply","actor":"ada","details":{"schemas":"orders-value","topics":"orders"},\
        "evidence":[],"sequence":1,"subject":"pipeline shop","time":1793534400000}""";
    assertThat(Files.readString(REFERENCE)).contains("    " + one + "\n");
    assertThat(first.getHash()).isEqualTo(sha256(one));
    assertThat(first.getPrevious()).isNull();
    String two =
        """
        {"action":"promote","actor":"ada","after":"{\\"champion\\":2}","before":"{\\"champion\\":1}",\
        "details":{"schemas":"orders-value","topics":"orders"},"evidence":["auc 0.91","p95 3 ms"],\
        "previous":"%s","reason":"für besser befunden","sequence":2,"subject":"pipeline shop",\
        "time":1793534400000}"""
            .formatted(first.getHash());
    assertThat(second.getHash()).isEqualTo(sha256(first.getHash() + two));
    assertThat(second.getPrevious()).isEqualTo(first.getHash());
    assertThat(AuditChain.json(second)).isEqualTo(two.replace("\"previous\"", hash(second)));
  }

  private static String hash(AuditEvent event) {
    return "\"hash\":\"" + event.getHash() + "\",\"previous\"";
  }

  private static String sha256(String text) throws NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
  }

  @Test
  void whatIsNotInTheChainIsCountedApart() {
    AuditEvent first = AuditChain.link(APPLIED, Optional.empty());
    AuditEvent second = AuditChain.link(PROMOTED, AuditChain.head(first));
    AuditChain chain = new AuditChain();

    assertThat(chain.add(0, PROMOTED)).isTrue();
    assertThat(chain.head()).isEmpty();
    assertThat(chain.add(1, first)).isTrue();
    assertThat(chain.add(2, APPLIED)).isTrue();
    assertThat(chain.add(3, second)).isTrue();

    assertThat(chain.brokenLink()).isEmpty();
    assertThat(chain.head()).contains(new Head(2, second.getHash()));
    assertThat(chain.unchained()).isEqualTo(2);
  }

  @Test
  void theFirstBrokenLinkIsNamedAndNoneBehindIt() {
    AuditEvent first = AuditChain.link(APPLIED, Optional.empty());
    AuditEvent second = AuditChain.link(PROMOTED, AuditChain.head(first));
    AuditEvent forged = AuditEvent.newBuilder(second).setActor("eve").build();
    AuditChain chain = new AuditChain();

    chain.add(4, first);
    assertThat(chain.add(7, forged)).isFalse();
    assertThat(chain.add(8, forged)).isFalse();

    assertThat(chain.brokenLink())
        .contains(
            new BrokenLink(
                Optional.of(7L),
                2,
                "hash " + AuditChain.hash(forged) + ", which its fields give",
                "hash " + second.getHash()));
    assertThat(chain.head()).isEqualTo(AuditChain.head(first));
  }

  @Test
  void aTailThatWasCutOffOrWrittenAnewShowsAgainstAnEarlierHead() {
    AuditEvent first = AuditChain.link(APPLIED, Optional.empty());
    AuditEvent second = AuditChain.link(PROMOTED, AuditChain.head(first));
    AuditEvent other = AuditChain.link(APPLIED, AuditChain.head(first));

    AuditChain whole = new AuditChain(AuditChain.head(first));
    whole.add(0, first);
    whole.add(1, second);
    assertThat(whole.brokenLink()).isEmpty();

    AuditChain cut = new AuditChain(AuditChain.head(second));
    cut.add(0, first);
    assertThat(cut.brokenLink())
        .contains(
            new BrokenLink(
                Optional.empty(), 2, "events up to sequence 2, as before", "the end of the chain"));

    AuditChain anew = new AuditChain(AuditChain.head(second));
    anew.add(0, first);
    anew.add(1, other);
    assertThat(anew.brokenLink())
        .contains(
            new BrokenLink(
                Optional.of(1L),
                2,
                "hash " + second.getHash() + ", as before",
                "hash " + other.getHash()));

    assertThat(new AuditChain(AuditChain.head(first)).brokenLink())
        .as("an emptied topic")
        .isPresent();
  }

  @Test
  void aHeadIsReadAsItIsPrinted() {
    Head head = new Head(12, sixtyFour());

    assertThat(Head.parse(head.toString())).isEqualTo(head);
    for (String text : List.of("12", "0:" + sixtyFour(), "12:abc", "x:" + sixtyFour())) {
      assertThatThrownBy(() -> Head.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("'" + text + "'; expected SEQUENCE:HASH");
    }
  }

  private static String sixtyFour() {
    return "0123456789abcdef".repeat(4);
  }
}
