package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Email.Encryption;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
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

/**
 * Mail, by SMTP (RFC 5321): one a stage, to all addresses. Its {@code Message-ID} is the same each
 * time that a stage is told, and the later ones answer the first. What the server refuses for good
 * (5xx) is refused, all else is tried again. The server's certificate has to be good for its name.
 */
final class EmailChannel implements Channel {
  private static final int PERMANENT = 500;
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
    settings.put("mail.smtp.timeout", limit);
    settings.put("mail.smtp.writetimeout", limit);
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
    try (Transport transport = session.getTransport()) {
      MimeMessage message = message(notification, stage);
      if (to.login().isPresent()) {
        transport.connect(to.login().get().user(), password.orElseThrow());
      } else {
        transport.connect();
      }
      transport.sendMessage(message, message.getAllRecipients());
      return new Answer(Outcome.TAKEN, "SMTP 250");
    } catch (MessagingException e) {
      return answer(e);
    }
  }

  /** The server's code, where it gave one; its words may name addresses. */
  private static Answer answer(MessagingException thrown) {
    int code = 0;
    for (Exception e = thrown; e != null; ) {
      int of = code(e);
      code = code == 0 || (of > 0 && of < code) ? of : code; // what may be tried again comes first
      e = e instanceof MessagingException messaging ? messaging.getNextException() : null;
    }
    if (code >= PERMANENT) {
      return new Answer(Outcome.REFUSED, "SMTP " + code);
    }
    return new Answer(
        Outcome.FAILED, code > 0 ? "SMTP " + code : thrown.getClass().getSimpleName());
  }

  private static int code(Exception e) {
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
