package io.leat.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leat.console.Console.Shows;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The console over a real broker and registry, asked by HTTP and looked at in a browser. */
@ExtendWith(SharedCluster.class)
class ConsoleIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Path ELECTRICITY =
      Path.of(System.getProperty("leat.project"), "examples", "electricity");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path CHROMEDRIVER = Path.of("/usr/bin/chromedriver");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static TestCluster cluster;
  private static Pipeline pipeline;
  private static RegistryClient registry;
  private TopicWriter writer;
  private Console console;

  @BeforeAll
  static void start(TestCluster shared) throws Exception {
    cluster = shared;
    cluster.clear();
    pipeline = PipelineReader.read(ELECTRICITY);
    registry = cluster.newRegistryClient();
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(pipeline, "test");
  }

  @BeforeEach
  void open() {
    writer = cluster.newWriter();
    Flow flow =
        new Flow(
            Instant.now(),
            Map.of("readings", 1_234L, "readings.dlq", 2L),
            Map.of("readings.valid", 56.0),
            Map.of("ingestion", 78L));
    console =
        Console.start(
            new Shows(
                pipeline,
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                registry,
                () -> flow,
                Map.of("features", "http://127.0.0.1:6566/docs")),
            0);
  }

  @AfterEach
  void close() {
    console.close();
    writer.close();
  }

  @Test
  void showsWhatLiesInTheLogsWorstFirstAndEscaped() throws Exception {
    deadLetter("RULE_VIOLATED", "price is <script>alert(1)</script>");
    deadLetter("RULE_VIOLATED", "the newest of its reason");
    deadLetter("NOT_JSON", "line 1, column 1");
    alert("a", "demand", AlertState.OPEN, Severity.WARN, 3);
    alert("b", "price_low", AlertState.OPEN, Severity.CRITICAL, 2);
    alert("c", "price_high", AlertState.OPEN, Severity.CRITICAL, 5);
    alert("d", "gone", AlertState.OPEN, Severity.CRITICAL, 9);
    alert("d", "gone", AlertState.CLOSED, Severity.CRITICAL, 0.1);
    writer.flush();

    String page =
        await()
            .atMost(TIMEOUT)
            .until(
                () -> get("/").body(),
                body -> body.contains("price_high") && body.contains("NOT_JSON"));

    assertThat(page.indexOf("price_high")).isLessThan(page.indexOf("price_low"));
    assertThat(page.indexOf("price_low")).isLessThan(page.indexOf("demand"));
    assertThat(page)
        .contains("the newest of its reason", "1,234 events in", "56/s", "lag 78")
        .doesNotContain("gone drifted");
    assertThat(get("/live?topic=readings.dlq").body())
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script>alert");
    assertThat(get("/live?topic=drift-alerts").body()).contains("price_high");
  }

  @Test
  void answersReadsOfThisMachineAlone() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.headers().firstValue("content-security-policy"))
        .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'none'"));
    assertThat(get("/assets/htmx.min.js").statusCode()).isEqualTo(200);
    assertThat(get("/live?topic=no-such-topic").statusCode()).isEqualTo(200);

    HttpResponse<String> post =
        HTTP.send(
            HttpRequest.newBuilder(uri("/")).POST(HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(post.statusCode()).isEqualTo(405);
  }

  @Test
  void inABrowserThePageKeepsItselfFresh() throws Exception {
    assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(CHROMEDRIVER),
        "needs chromium and chromedriver (Debian: chromium, chromium-driver)");
    WebDriver browser = browser();
    try {
      browser.get(uri("/?topic=readings.valid").toString());
      assertThat(browser.getTitle()).isEqualTo("electricity - Leat");
      WebElement heading = browser.findElement(By.tagName("h1"));
      await()
          .atMost(TIMEOUT)
          .until(
              () -> !browser.findElements(By.cssSelector("svg [data-topic=readings]")).isEmpty());

      alert("live", "arrived_while_open", AlertState.OPEN, Severity.CRITICAL, 4);
      writer.flush();

      await()
          .atMost(TIMEOUT)
          .ignoreExceptionsMatching(e -> e instanceof StaleElementReferenceException)
          .until(
              () -> browser.findElement(By.id("alerts")).getText().contains("arrived_while_open"));
      assertThat(heading.isDisplayed()).isTrue(); // the page itself was not loaded again
      assertThat(browser.findElement(By.cssSelector("#records a.chosen")).getText())
          .isEqualTo("readings.valid");
    } finally {
      browser.quit();
    }
  }

  private static WebDriver browser() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1400,1200"));
    return new ChromeDriver(
        new ChromeDriverService.Builder().usingDriverExecutable(CHROMEDRIVER.toFile()).build(),
        options);
  }

  private void deadLetter(String reason, String message) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.deadLetters("readings"), "not the event".getBytes(StandardCharsets.UTF_8));
    record.headers().add(RecordHeaders.of(RecordHeaders.REASON, reason));
    record.headers().add(RecordHeaders.of(RecordHeaders.ERROR_MESSAGE, message));
    writer.send(record);
  }

  private void alert(
      String id, String feature, AlertState state, Severity severity, double excess) {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    writer.sendRecord(
        Topics.DRIFT_ALERTS,
        "price",
        DriftAlert.newBuilder()
            .setAlertId(id)
            .setMonitor("price")
            .setModel(pipeline.models().get(0).name())
            .setKind("drift")
            .setFeature(feature)
            .setMetric("ks")
            .setState(state)
            .setSeverity(severity)
            .setWindowStart(start)
            .setWindowEnd(start.plusSeconds(3_600))
            .setValue(excess * 0.1)
            .setThreshold(0.1)
            .setMessage(feature + " drifted")
            .setReference("none")
            .build());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + console.port() + path);
  }
}
