package io.leat.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.annotation.Post;
import io.leat.runtime.access.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a proxy before a service could read otherwise than the service does is refused. */
class RequestHygieneTest {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final AtomicInteger bodies = new AtomicInteger();
  private ServiceServer server;

  /** Takes a body; a smuggled second request would be a second one. */
  public final class Inbox {
    @Post("/inbox")
    public HttpResponse take(String body) {
      bodies.incrementAndGet();
      return HttpResponse.of("taken " + body);
    }
  }

  @BeforeEach
  void open() {
    server =
        ServiceServer.start(
            Access.LOCAL,
            "127.0.0.1",
            0,
            ServiceServer.metrics("shop", "inbox"),
            new Readiness(),
            routes -> routes.annotatedService(new Inbox()));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aPlainRequestIsTaken() throws Exception {
    assertThat(
            send(
                "POST /inbox HTTP/1.1\r\n"
                    + "Host: localhost\r\n"
                    + "Connection: close\r\n"
                    + "Content-Length: 2\r\n\r\n"
                    + "ab"))
        .startsWith("HTTP/1.1 200")
        .endsWith("taken ab");
  }

  @Test
  void chunksAreTakenInAnyCaseAndOneAfterTheOther() throws Exception {
    String request =
        "POST /inbox HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Transfer-Encoding: Chunked\r\n"
            + "%s\r\n"
            + "2\r\n"
            + "ab\r\n"
            + "0\r\n\r\n";

    String answers = send(request.formatted("") + request.formatted("Connection: close\r\n"));

    assertThat(answers.split("HTTP/1\\.1 200", -1)).hasSize(3);
    assertThat(bodies).hasValue(2);
  }

  @Test
  void aSecondRequestOfAConnectionIsLookedAtToo() throws Exception {
    String answers =
        send(
            "GET /health/live HTTP/1.1\r\n"
                + "Host: localhost\r\n\r\n"
                + "POST /inbox HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Transfer-Encoding: gzip, chunked\r\n\r\n"
                + "2\r\n"
                + "ab\r\n"
                + "0\r\n\r\n");

    assertThat(answers.split("HTTP/1\\.1 200 ", -1)).hasSizeLessThanOrEqualTo(2); // then the end
    assertThat(bodies).hasValue(0);
  }

  @Test
  void aRequestThatComesByteByByteIsTaken() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      for (byte one :
          "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(ISO_8859_1)) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }

      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "control characters before the request line,'\\x01\\x02POST /inbox HTTP/1.1|Host:"
        + " localhost|Content-Length: 2||ab'",
    "control characters within the request line,'POST /in\\x01box HTTP/1.1|Host:"
        + " localhost|Content-Length: 2||ab'",
    "a length beside chunks,'POST /inbox HTTP/1.1|Host: localhost|Content-Length:"
        + " 2|Transfer-Encoding: chunked||2|ab|0||'",
    "chunks beside a length,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " chunked|Content-Length: 2||2|ab|0||'",
    "an unknown transfer coding,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " xchunked||2|ab|0||'",
    "a coding behind chunked,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding: chunked,"
        + " gzip||2|ab|0||'",
    "a known coding before chunked,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding: gzip,"
        + " chunked||2|ab|0||'",
    "a known coding in a header of its own,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " gzip|Transfer-Encoding: chunked||2|ab|0||'",
    "a coding with a parameter,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " chunked;q=1||2|ab|0||'",
    "an empty coding,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding: ||2|ab|0||'",
    "chunked twice,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " chunked|Transfer-Encoding: chunked||2|ab|0||'",
    "an unknown coding beside a length,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " identity|Content-Length: 2||ab'",
    "two lengths,'POST /inbox HTTP/1.1|Host: localhost|Content-Length: 2|Content-Length: 3||abc'",
    "a list of lengths,'POST /inbox HTTP/1.1|Host: localhost|Content-Length: 2, 3||abc'",
    "a signed length,'POST /inbox HTTP/1.1|Host: localhost|Content-Length: +2||ab'",
    "a negative length,'POST /inbox HTTP/1.1|Host: localhost|Content-Length: -2||ab'",
    "a blank before the colon,'POST /inbox HTTP/1.1|Host: localhost|Content-Length : 2||ab'",
    "a NUL in a header,'POST /inbox HTTP/1.1|Host: localhost|X-A: b\\x00c|Content-Length: 2||ab'",
    "a chunk size that is no number,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " chunked||zz|ab|0||'",
    "a chunk size with a sign,'POST /inbox HTTP/1.1|Host: localhost|Transfer-Encoding:"
        + " chunked||+2|ab|0||'",
    "no version,'POST /inbox|Host: localhost|Content-Length: 2||ab'",
  })
  void isRefusedAndTheConnectionIsClosed(String what, String request) throws Exception {
    String answer = send(unescape(request));

    assertThat(answer).startsWith("HTTP/1.1 400 ");
    assertThat(answer.split("HTTP/1\\.1 ", -1)).hasSize(2); // one answer, then the end
    assertThat(bodies).hasValue(0);
  }

  private static String unescape(String request) {
    return request
        .replace("|", "\r\n")
        .replace("\\x00", "\0")
        .replace("\\x01", "\u0001")
        .replace("\\x02", "\u0002");
  }

  /** Sends bytes and reads until the other side closes, which it must do by itself. */
  private String send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
