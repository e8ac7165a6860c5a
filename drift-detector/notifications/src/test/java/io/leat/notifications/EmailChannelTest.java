package io.leat.notifications;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.leat.notifications.Channel.Answer;
import io.leat.notifications.Channel.Outcome;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Email.Encryption;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import io.leat.testing.SelfSigned;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mail server gets, and what its answers mean. */
class EmailChannelTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final String KEY_STORE = "greenmail.tls.keystore.file";
  private static final String KEY_STORE_PASSWORD = "greenmail.tls.keystore.password";

  @TempDir private Path directory;
  private GreenMail server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop();
    }
    System.clearProperty(KEY_STORE);
    System.clearProperty(KEY_STORE_PASSWORD);
  }

  private void start(String protocol) {
    server = new GreenMail(new ServerSetup(0, "localhost", protocol));
    server.setUser("risk@example.org", "leat", "secret word");
    server.start();
  }

  private int port() {
    return (server.getSmtp() == null ? server.getSmtps() : server.getSmtp()).getPort();
  }

  private static EmailChannel channel(
      int port, Encryption encryption, Optional<String> password, SSLSocketFactory trust) {
    return new EmailChannel(
        new Receiver.Email(
            "localhost",
            port,
            encryption,
            password.map(
                word -> new Receiver.Email.Login("leat", new KeySource.Environment("WORD"))),
            "leat@example.org",
            List.of("risk@example.org", "ops@example.org")),
        password,
        "power",
        InstantSource.fixed(NOW),
        trust);
  }

  private static Notification episode() {
    return Episodes.notification("risk", "e1", NOW);
  }

  private static Notification closed() {
    return Notification.newBuilder(episode())
        .setClosed(Episodes.closed("e1"))
        .setClosedAt(NOW)
        .setAnswers(
            List.of(
                NotificationAnswer.newBuilder()
                    .setStage(NotificationStage.OPENED)
                    .setTime(NOW)
                    .setAttempts(1)
                    .setTaken(true)
                    .setAnswer("SMTP 250")
                    .build()))
        .build();
  }

  @Test
  void allAddressesGetAMailAStageInOneThreadWithTheSameIdEachTime() throws Exception {
    start(ServerSetup.PROTOCOL_SMTP);
    EmailChannel channel = channel(port(), Encryption.NONE, Optional.empty(), null);

    assertThat(channel.tell(episode(), NotificationStage.OPENED))
        .isEqualTo(new Answer(Outcome.TAKEN, "SMTP 250"));
    channel.tell(episode(), NotificationStage.OPENED);
    channel.tell(closed(), NotificationStage.CLOSED);

    Map<String, List<MimeMessage>> mails = new TreeMap<>(); // one an address
    for (MimeMessage mail : server.getReceivedMessages()) {
      mails.computeIfAbsent(mail.getMessageID(), id -> new ArrayList<>()).add(mail);
    }
    assertThat(mails).containsOnlyKeys("<e1-opened@power.leat>", "<e1-closed@power.leat>");
    List<MimeMessage> opened = mails.get("<e1-opened@power.leat>");
    List<MimeMessage> closed = mails.get("<e1-closed@power.leat>");
    assertThat(opened).hasSize(4);
    assertThat(closed).hasSize(2);
    assertThat(opened.get(0).getSubject()).isEqualTo("opened: drift of price, warn");
    assertThat(opened.get(0).getContent().toString())
        .contains("event.demand <drifts>", "Evidence 212.5 to 1; alarms at 140.0")
        .contains("pipeline power, monitor daily, episode e1");
    assertThat(opened.get(0).getSentDate()).isEqualTo(NOW);
    assertThat(closed.get(0).getHeader("In-Reply-To")).containsExactly("<e1-opened@power.leat>");
  }

  @Test
  void byTlsAUserLogsIn() throws Exception {
    SelfSigned certificate = SelfSigned.make(directory);
    System.setProperty(KEY_STORE, directory.resolve("store.p12").toString());
    System.setProperty(KEY_STORE_PASSWORD, "changeit");
    start(ServerSetup.PROTOCOL_SMTPS);
    SSLSocketFactory trust = certificate.trusting().getSocketFactory();

    assertThat(
            channel(port(), Encryption.TLS, Optional.of("secret word"), trust)
                .tell(episode(), NotificationStage.OPENED)
                .outcome())
        .isEqualTo(Outcome.TAKEN);
    assertThat(server.getReceivedMessages()).hasSize(2);
    assertThat(
            channel(port(), Encryption.TLS, Optional.of("another"), trust)
                .tell(episode(), NotificationStage.OPENED))
        .as("who may not log in is told of later: the password may be mended")
        .isEqualTo(new Answer(Outcome.FAILED, "AuthenticationFailedException"));
    assertThat(
            channel(port(), Encryption.TLS, Optional.of("secret word"), null)
                .tell(episode(), NotificationStage.OPENED)
                .outcome())
        .as("a certificate that the JDK does not trust")
        .isEqualTo(Outcome.FAILED);
    assertThat(server.getReceivedMessages()).hasSize(2);
  }

  @Test
  void aServerThatCannotEncryptIsToldNothing() {
    start(ServerSetup.PROTOCOL_SMTP);

    assertThat(
            channel(port(), Encryption.STARTTLS, Optional.of("secret word"), null)
                .tell(episode(), NotificationStage.OPENED)
                .outcome())
        .isEqualTo(Outcome.FAILED);
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void aServerThatIsNotThereIsTriedAgain() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }

    assertThat(
            channel(nobody, Encryption.NONE, Optional.empty(), null)
                .tell(episode(), NotificationStage.OPENED)
                .outcome())
        .isEqualTo(Outcome.FAILED);
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL FROM, 550 5.7.1 not you, REFUSED, SMTP 550",
    "MAIL FROM, 451 4.3.0 later, FAILED, SMTP 451",
    "RCPT TO, 550 5.1.1 nobody of that name, REFUSED, SMTP 550",
    "RCPT TO, 450 4.2.0 greylisted, FAILED, SMTP 450",
    "DATA, 554 5.6.0 too much, REFUSED, SMTP 554",
    "., 554 5.6.0 too much, REFUSED, SMTP 554",
    "., 451 4.3.0 later, FAILED, SMTP 451",
    "RCPT TO:<ops, 550 5.1.1 nobody of that name, TAKEN, 'SMTP 250, 550 to some'",
    "RCPT TO:<risk, 452 4.2.2 mailbox full, TAKEN, 'SMTP 250, 452 to some'",
  })
  void whatIsRefusedForGoodIsNotTriedAgain(
      String command, String reply, Outcome outcome, String words) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Scripted scripted = new Scripted(socket, command, reply, false)) {
      assertThat(
              channel(socket.getLocalPort(), Encryption.NONE, Optional.empty(), null)
                  .tell(episode(), NotificationStage.OPENED))
          .isEqualTo(new Answer(outcome, words));
      assertThat(scripted).isNotNull();
    }
  }

  @Test
  void whatTheServerHasTakenIsToldThoughTheConversationBreaksOff() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Scripted scripted = new Scripted(socket, ".", "250 taken", true)) {
      assertThat(
              channel(socket.getLocalPort(), Encryption.NONE, Optional.empty(), null)
                  .tell(episode(), NotificationStage.OPENED))
          .isEqualTo(new Answer(Outcome.TAKEN, "SMTP 250"));
      assertThat(scripted).isNotNull();
    }
  }

  /**
   * One conversation with a server that answers one command as it is bidden, and may reset the
   * connection then. {@code .} is the end of a mail's text.
   */
  private record Scripted(java.util.concurrent.ExecutorService thread) implements AutoCloseable {
    Scripted(ServerSocket socket, String command, String reply, boolean resets) {
      this(Executors.newSingleThreadExecutor());
      thread.execute(
          () -> {
            try (Socket client = socket.accept();
                BufferedReader lines =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))) {
              say(client, "220 here");
              boolean isText = false;
              for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (isText && !line.equals(".")) {
                  continue;
                }
                boolean bidden = line.startsWith(command);
                isText = !bidden && line.equals("DATA");
                say(client, bidden ? reply : isText ? "354 go on" : "250 fine");
                if (bidden && resets) {
                  client.setSoLinger(true, 0);
                  return;
                }
              }
            } catch (IOException e) {
              // the client has gone
            }
          });
    }

    private static void say(Socket client, String line) throws IOException {
      client.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
      client.getOutputStream().flush();
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }
}
