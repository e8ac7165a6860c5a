package io.leat.cli.define;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.cli.CommandRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code leat validate} with a registry that holds rules beside a schema. */
class ValidateCommandTest {
  private static final Path MILL =
      Path.of(System.getProperty("leat.project", ".."), "cli/src/test/resources/mill");

  private HttpServer registry;
  private String beside = "";

  @BeforeEach
  void start() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext("/", this::answer);
    registry.start();
  }

  @AfterEach
  void stop() {
    registry.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String schema =
        Files.readString(MILL.resolve("contracts/levels.avsc"))
            .replace("\"", "\\\"")
            .replace("\n", " ");
    boolean latest = path.equals("/subjects/levels-value/versions/latest");
    boolean known = latest || path.equals("/schemas/ids/1");
    byte[] body =
        (known
                ? "{\"subject\": \"levels-value\", \"version\": 1, \"id\": 1, \"schema\": \"%s\"%s}"
                    .formatted(schema, latest ? beside : "")
                : "{\"error_code\": 40401, \"message\": \"not found\"}")
            .getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(known ? 200 : 404, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private CommandRun validate() {
    return CommandRun.of(
        "validate",
        MILL.toString(),
        "--registry-url",
        "http://127.0.0.1:" + registry.getAddress().getPort());
  }

  @Test
  void aRegistryWithoutRulesChangesNothing() {
    assertThat(validate()).isEqualTo(CommandRun.of("validate", MILL.toString()));
  }

  @Test
  void aRuleThatLeatCannotRunIsRefusedByName() {
    beside =
        ", \"ruleSet\": {\"domainRules\": [{\"name\": \"hide\", \"kind\": \"TRANSFORM\","
            + " \"type\": \"ENCRYPT\", \"mode\": \"WRITEREAD\", \"expr\": \"x\"}]}";

    CommandRun run = validate();

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out())
        .startsWith(
            "registry subject levels-value:1: the rule hide cannot run here: its type is 'ENCRYPT'; Leat runs CEL and CEL_FIELD.");
  }

  @Test
  void aRegistryThatDoesNotAnswerIsReportedInOneSentence() {
    registry.stop(0);

    CommandRun run = validate();

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).startsWith("The schema registry at http://127.0.0.1:").hasLineCount(1);
  }
}
