package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Email.Encryption;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mail, by SMTP (RFC 5321): one a stage, to all addresses. Its {@code Message-ID} is the same each
 * time that a stage is told, and the later ones answer the first. A mail that the server takes for
 * some of the addresses is told: the others are logged. What it refuses for good (5xx) is refused,
 * all else is tried again. The server's certificate has to be good for its name.
 */
final class EmailChannel implements Channel {
  private static final Logger log = LoggerFactory.getLogger(EmailChannel.class);
  private static final int REFUSED = 400;
  private static final int PERMANENT = 500;

  /**
   * Longest that a reply is waited for: RFC 5321, section 4.5.3.2.6, of the one to a mail's text. A
   * client that gives up before sends again what the server has.
   */
  private static final Duration REPLY_LIMIT = Duration.ofMinutes(10);

  private static final int LONGEST_SUBJECT = 200;

  private final Receiver.Email to;
  private final Optional<String> password;
  private final String pipeline;
  private final InstantSource clock;
  private final Session session;

  EmailChannel(Receiver.Email to, Optional<String> password, String pipeline, InstantSource clock) {
    this(to, password, pipeline, clock, null);
  }

  /**
   * @param trust makes sockets for TLS; null for those of the JDK, which trust what it trusts
   */
  EmailChannel(
      Receiver.Email to,
      Optional<String> password,
      String pipeline,
      InstantSource clock,
      @Nullable SSLSocketFactory trust) {
    this.to = to;
    this.password = password;
    this.pipeline = pipeline;
    this.clock = clock;
    String limit = Long.toString(TIME_LIMIT.toMillis());
    Properties settings = new Properties();
    settings.put("mail.transport.protocol", "smtp");
    settings.put("mail.smtp.host", to.host());
    settings.put("mail.smtp.port", Integer.toString(to.port()));
    settings.put("mail.smtp.connectiontimeout", limit);
    settings.put("mail.smtp.timeout", Long.toString(REPLY_LIMIT.toMillis()));
    settings.put("mail.smtp.writetimeout", limit);
    settings.put("mail.smtp.sendpartial", "true");
    settings.put("mail.smtp.quitwait", "false");
    settings.put("mail.smtp.auth", Boolean.toString(to.login().isPresent()));
    settings.put("mail.smtp.ssl.checkserveridentity", "true");
    settings.put("mail.smtp.ssl.enable", Boolean.toString(to.encryption() == Encryption.TLS));
    String starts = Boolean.toString(to.encryption() == Encryption.STARTTLS);
    settings.put("mail.smtp.starttls.enable", starts);
    settings.put("mail.smtp.starttls.required", starts);
    if (trust != null) {
      settings.put("mail.smtp.ssl.socketFactory", trust);
    }
    this.session = Session.getInstance(settings);
  }

  @Override
  public Answer tell(Notification notification, NotificationStage stage) {
    boolean isTaken = false;
    try (Transport transport = session.getTransport()) {
      MimeMessage message = message(notification, stage);
      if (to.login().isPresent()) {
        transport.connect(to.login().get().user(), password.orElseThrow());
      } else {
        transport.connect();
      }
      transport.sendMessage(message, message.getAllRecipients());
      isTaken = true;
    } catch (MessagingException e) {
      if (!isTaken) {
        return answer(e);
      }
      log.debug("A mail server took a mail and did not end the conversation as it should", e);
    }
    return new Answer(Outcome.TAKEN, "SMTP 250");
  }

  /** The server's code, where it gave one; its words may name addresses. */
  private static Answer answer(MessagingException thrown) {
    int code = 0;
    for (Exception e = thrown; e != null; ) {
      int of = code(e);
      // what may be tried again comes first
      code = code == 0 || (of > 0 && of < code) ? of : code;
      e = e instanceof MessagingException messaging ? messaging.getNextException() : null;
    }
    if (thrown instanceof SendFailedException failed
        && failed.getValidSentAddresses() != null
        && failed.getValidSentAddresses().length > 0) {
      log.warn(
          "A mail server took a mail for {} of its addresses and refused it for the others ({}): these are not told. Correct the receiver's addresses",
          failed.getValidSentAddresses().length,
          code);
      return new Answer(Outcome.TAKEN, "SMTP 250, %d to some".formatted(code));
    }
    if (code >= PERMANENT) {
      return new Answer(Outcome.REFUSED, "SMTP " + code);
    }
    return new Answer(
        Outcome.FAILED, code > 0 ? "SMTP " + code : thrown.getClass().getSimpleName());
  }

  /** 0 where it is no refusal: 250 is the code of what was taken for some addresses. */
  private static int code(Exception e) {
    int code = replied(e);
    return code < REFUSED ? 0 : code;
  }

  private static int replied(Exception e) {
    if (e instanceof SMTPSendFailedException failed) {
      return failed.getReturnCode();
    }
    if (e instanceof SMTPSenderFailedException failed) {
      return failed.getReturnCode();
    }
    return e instanceof SMTPAddressFailedException failed ? failed.getReturnCode() : 0;
  }

  private MimeMessage message(Notification notification, NotificationStage stage)
      throws MessagingException {
    String own = id(notification, stage);
    MimeMessage message =
        new MimeMessage(session) {
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", own);
          }
        };
    message.setFrom(new InternetAddress(to.from()));
    for (String address : to.to()) {
      message.addRecipient(Message.RecipientType.TO, new InternetAddress(address));
    }
    message.setSubject(line(Texts.title(notification, stage)), UTF_8.name());
    message.setText(Texts.message(notification, stage, pipeline), UTF_8.name());
    message.setSentDate(Date.from(clock.instant()));
    message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: nobody is to answer
    if (stage != NotificationStage.OPENED) {
      String first = id(notification, NotificationStage.OPENED);
      message.setHeader("In-Reply-To", first);
      message.setHeader("References", first);
    }
    return message;
  }

  private String id(Notification notification, NotificationStage stage) {
    return "<%s-%s@%s.leat>"
        .formatted(
            notification.getOpened().getAlertId(), stage.name().toLowerCase(Locale.ROOT), pipeline);
  }

  private static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST_SUBJECT ? line : line.substring(0, LONGEST_SUBJECT);
  }
}
