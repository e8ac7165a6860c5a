package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.benchmarks.OpenLoop.Measured;
import io.leat.benchmarks.StateFeed.Target;
import io.leat.features.server.FeatureServerMain;
import io.leat.features.server.RedisPeerMain;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.stack.HttpProbe;
import io.leat.stack.JvmProcess;
import io.leat.stack.Ports;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import redis.clients.jedis.Jedis;

/** The feature server, while its windows are being updated, beside Redis. */
@Command(
    name = "feature-server",
    mixinStandardHelpOptions = true,
    description =
        "Online reads over HTTP while windows are updated, beside Redis behind the same HTTP.")
final class FeatureServerCommand implements Callable<Integer> {
  private static final Path PIPELINE = Path.of("benchmarks/pipelines/features");

  /** More requests, so that fewer of those that are measured meet code that is being compiled. */
  private static final int WARM_FACTOR = 4;

  /** Changes and commits come faster too. */
  private static final int UPDATES_FACTOR = 10;

  private static final int WARM_ROUNDS = 6;

  /** How often changes are committed: the online store's default. */
  private static final Duration COMMITS = Duration.ofMillis(100);

  /** A path that reads nothing. */
  private static final String FLOOR = "/health/live";

  /** MB of a feature server's stores, where they all fit in. */
  private static final long MEMORY = 256;

  private static final Duration IDLE = Duration.ofSeconds(5);

  /** MB of the stores of the server that has little memory: the least that there may be. */
  private static final long LITTLE_MEMORY = 16;

  private static final double BAR = 1.2;

  @Option(
      names = "--keys",
      defaultValue = "600000",
      description = "Keys of each of the two views. Default: ${DEFAULT-VALUE}.")
  private int keys;

  @Option(
      names = "--events",
      defaultValue = "10",
      description = "Mean number of events of a key's windows. Default: ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--updates",
      defaultValue = "1000",
      description = "Changes of a key's windows a second. Default: ${DEFAULT-VALUE}.")
  private int updates;

  @Option(
      names = "--rate-1",
      defaultValue = "400",
      description = "Requests of one row a second. Default: ${DEFAULT-VALUE}.")
  private int rateOfOne;

  @Option(
      names = "--rate-100",
      defaultValue = "40",
      description = "Requests of 100 rows a second. Default: ${DEFAULT-VALUE}.")
  private int rateOfHundred;

  @Option(
      names = "--seconds",
      defaultValue = "15",
      description = "Length of each measurement. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--warm",
      defaultValue = "120",
      description =
          "Seconds of warm-up of each server; what it does some ten times a second, as following"
              + " changelogs, is compiled late. Default: ${DEFAULT-VALUE}.")
  private int warm;

  @Option(
      names = "--forks",
      defaultValue = "2",
      description =
          "Times that each server is started and measured; an even number is fair. Default:"
              + " ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--jvm",
      description = "One more option for the servers' JVMs; may be given again.")
  private List<String> jvm = List.of();

  @Option(names = "--work", defaultValue = "target/benchmarks/feature-server", hidden = true)
  private Path work = Path.of(".");

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  /** What is measured. */
  private enum Subject {
    LEAT("feature server", Target.CHANGELOGS),
    BEYOND_CACHE("feature server, little memory", Target.CHANGELOGS),
    VECTORS("Redis, ready vectors", Target.REDIS_VECTORS),
    STATES("Redis, the same states", Target.REDIS_STATES);

    private final String label;
    private final Target target;

    Subject(String label, Target target) {
      this.label = label;
      this.target = target;
    }

    boolean isRedis() {
      return target != Target.CHANGELOGS;
    }
  }

  /** All that was found of a subject, over its forks. */
  private static final class Found {
    private final Histogram one = new Histogram(3);
    private final Histogram hundred = new Histogram(3);
    private final Histogram floor = new Histogram(3);
    private final List<Double> p99OfOne = new ArrayList<>();
    private final List<Double> p99OfHundred = new ArrayList<>();
    private final List<Double> cpuIdle = new ArrayList<>();
    private double cpuOfOne;
    private double cpuOfHundred;
    private long requestsOfOne;
    private long requestsOfHundred;
    private long failures;
  }

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results,
            "benchmarks/run feature-server --keys %d --events %d --updates %d --rate-1 %d --rate-100 %d --seconds %d --warm %d --forks %d"
                .formatted(keys, events, updates, rateOfOne, rateOfHundred, seconds, warm, forks));
    Pipeline pipeline = PipelineReader.read(PIPELINE);
    LongFunction<byte[]> ones = number -> body(number, 1);
    LongFunction<byte[]> hundreds = number -> body(number, 100);
    Map<Subject, Found> found = new EnumMap<>(Subject.class);
    Optional<RedisProcess> redis = Optional.empty();
    try (Cluster cluster = Cluster.start(work);
        StateFeed feed = new StateFeed(pipeline, cluster, keys, events)) {
      redis = RedisProcess.start(work.resolve("redis"));
      List<Subject> subjects =
          redis.isPresent()
              ? List.of(Subject.values())
              : List.of(Subject.LEAT, Subject.BEYOND_CACHE);
      long live = (2L * keys * (feed.meanBytes() + StateFeed.name(0).length())) >> 20;
      out.line(
          "Two views of ten features, %d keys each, states of %d bytes on average, %d MB with their"
              + " keys; %d changes a second, committed every 100 ms; servers with %s, the feature"
              + " server with %d MB for its stores, or with little memory: %d MB. Redis is read"
              + " asynchronously, by Lettuce. As many distinct requests as keys.",
          keys,
          feed.meanBytes(),
          live,
          updates,
          String.join(" ", jvmOptions()),
          MEMORY,
          LITTLE_MEMORY);
      if (redis.isEmpty()) {
        out.line("");
        out.line("No redis-server is on the PATH: its rows are left out.");
      }
      out.line("");
      feed.fillChangelogs();
      checkAnswers(subjects, cluster, feed, redis, ones, hundreds);
      for (int fork = 0; fork < forks; fork++) {
        List<Subject> order = new ArrayList<>(subjects);
        if (fork % 2 == 1) {
          Collections.reverse(order);
        }
        for (Subject subject : order) {
          measure(
              subject,
              cluster,
              feed,
              redis,
              ones,
              hundreds,
              found.computeIfAbsent(subject, s -> new Found()));
        }
      }
    } finally {
      redis.ifPresent(RedisProcess::close);
    }
    report(out, found);
    out.append();
    return 0;
  }

  private List<String> jvmOptions() {
    return Stream.concat(Stream.of("-Xms512m", "-Xmx512m"), jvm.stream()).toList();
  }

  /** A request by its number: as many distinct ones as there are keys. */
  private byte[] body(long number, int rows) {
    Random random = new Random(rows * 1_000_003L + number % keys);
    return "{\"feature_service\":\"fraud\",\"entities\":{\"customer_id\":[%s],\"terminal_id\":[%s]}}"
        .formatted(names(random, rows), names(random, rows))
        .getBytes(UTF_8);
  }

  private String names(Random random, int rows) {
    return IntStream.range(0, rows)
        .mapToObj(row -> "\"" + StateFeed.name(random.nextInt(keys)) + "\"")
        .collect(Collectors.joining(","));
  }

  /** All must give the same answers, to the letter, before any of them is measured. */
  private void checkAnswers(
      List<Subject> subjects,
      Cluster cluster,
      StateFeed feed,
      Optional<RedisProcess> redis,
      LongFunction<byte[]> ones,
      LongFunction<byte[]> hundreds)
      throws IOException {
    List<String> expected = List.of();
    for (Subject subject : subjects) {
      fill(subject, feed, redis);
      int port = Ports.free();
      try (Server server = start(subject, cluster, redis, port);
          OpenLoop client = new OpenLoop(port)) {
        List<String> answers =
            Stream.concat(
                    LongStream.range(0, 200).mapToObj(ones),
                    LongStream.range(0, 20).mapToObj(hundreds))
                .map(client::ask)
                .toList();
        if (subject == subjects.get(0)) {
          expected = answers;
        } else if (!answers.equals(expected)) {
          throw new IllegalStateException(subject.label + " answers otherwise than " + expected);
        }
      }
    }
  }

  private record Server(JvmProcess process) implements AutoCloseable {
    @Override
    public void close() {
      if (process.isAlive()) {
        process.stop();
      }
    }
  }

  private static void fill(Subject subject, StateFeed feed, Optional<RedisProcess> redis) {
    if (subject.isRedis()) {
      try (Jedis client = redis.orElseThrow().client()) {
        feed.fill(client, subject.target);
      }
    }
  }

  private Server start(Subject subject, Cluster cluster, Optional<RedisProcess> redis, int port) {
    Path directory = cluster.directory().resolve(subject.name());
    boolean leat = !subject.isRedis();
    List<String> arguments =
        leat
            ? List.of(
                "--pipeline", PIPELINE.toString(),
                "--bootstrap-servers", cluster.bootstrapServers(),
                "--state-dir", directory.resolve("state").toString(),
                "--drain", "0s",
                "--state-memory", (subject == Subject.LEAT ? MEMORY : LITTLE_MEMORY) + "MB",
                "--http-port", Integer.toString(port))
            : List.of(
                PIPELINE.toString(),
                Integer.toString(port),
                Integer.toString(redis.orElseThrow().port()),
                subject == Subject.STATES ? "states" : "vectors");
    JvmProcess process =
        JvmProcess.start(
            JvmProcess.Command.of(
                    subject.label,
                    System.getProperty("java.class.path"),
                    (leat ? FeatureServerMain.class : RedisPeerMain.class).getName(),
                    arguments,
                    directory.resolve("server.log"))
                .withJvmOptions(jvmOptions().toArray(String[]::new)));
    process.awaitReady(
        () -> HttpProbe.missing("http://127.0.0.1:" + port + "/health/ready"), StartWait.DEFAULT);
    return new Server(process);
  }

  private void measure(
      Subject subject,
      Cluster cluster,
      StateFeed feed,
      Optional<RedisProcess> redis,
      LongFunction<byte[]> ones,
      LongFunction<byte[]> hundreds,
      Found found)
      throws InterruptedException {
    fill(subject, feed, redis);
    int port = Ports.free();
    try (Server server = start(subject, cluster, redis, port);
        OpenLoop client = new OpenLoop(port)) {
      try (Updates running =
          new Updates(
              subject,
              feed,
              redis,
              UPDATES_FACTOR * updates,
              COMMITS.dividedBy(UPDATES_FACTOR),
              false)) {
        warm(client, ones, hundreds);
      }
      try (Updates running = new Updates(subject, feed, redis, updates, COMMITS, true)) {
        measure(subject, server, client, redis, ones, hundreds, found);
      }
    }
  }

  private void measure(
      Subject subject,
      Server server,
      OpenLoop client,
      Optional<RedisProcess> redis,
      LongFunction<byte[]> ones,
      LongFunction<byte[]> hundreds,
      Found found)
      throws InterruptedException {
    double idle = cpu(server, subject, redis);
    Thread.sleep(IDLE.toMillis());
    double before = cpu(server, subject, redis);
    Measured one = client.post(ones, rateOfOne, Duration.ofSeconds(seconds));
    double between = cpu(server, subject, redis);
    Measured hundred = client.post(hundreds, rateOfHundred, Duration.ofSeconds(seconds));
    double after = cpu(server, subject, redis);
    Measured floor = client.get(FLOOR, rateOfOne, Duration.ofSeconds(seconds));

    found.one.add(one.latencies());
    found.hundred.add(hundred.latencies());
    found.floor.add(floor.latencies());
    found.p99OfOne.add(one.millis(99));
    found.p99OfHundred.add(hundred.millis(99));
    double idlePerSecond = (before - idle) / IDLE.toSeconds();
    found.cpuIdle.add(idlePerSecond);
    found.cpuOfOne += between - before - seconds * idlePerSecond;
    found.cpuOfHundred += after - between - seconds * idlePerSecond;
    found.requestsOfOne += one.latencies().getTotalCount();
    found.requestsOfHundred += hundred.latencies().getTotalCount();
    found.failures += one.failures() + hundred.failures();
    System.out.printf(
        "%s: idle %.0f ms/s; 1 row p50 %.2f p99 %.2f p99.9 %.2f ms; 100 rows p50 %.2f p99 %.2f"
            + " p99.9 %.2f ms; floor p99 %.2f%n",
        subject.label,
        idlePerSecond * 1_000,
        one.millis(50),
        one.millis(99),
        one.millis(99.9),
        hundred.millis(50),
        hundred.millis(99),
        hundred.millis(99.9),
        floor.millis(99));
  }

  /**
   * All kinds of requests by turns: code is compiled again when a kind comes that it has not seen.
   */
  private void warm(OpenLoop client, LongFunction<byte[]> ones, LongFunction<byte[]> hundreds)
      throws InterruptedException {
    Duration each = Duration.ofSeconds(warm).dividedBy(3 * WARM_ROUNDS);
    for (int round = 0; round < WARM_ROUNDS; round++) {
      client.get(FLOOR, WARM_FACTOR * rateOfOne, each);
      client.post(ones, WARM_FACTOR * rateOfOne, each);
      client.post(hundreds, WARM_FACTOR * rateOfHundred, each);
    }
  }

  /** Changes windows beside the reads, until it is closed. */
  private static final class Updates implements AutoCloseable {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Optional<Jedis> client;
    private final CompletableFuture<Void> done;

    Updates(
        Subject subject,
        StateFeed feed,
        Optional<RedisProcess> redis,
        int perSecond,
        Duration commits,
        boolean grow) {
      this.client = redis.map(RedisProcess::client);
      this.done =
          CompletableFuture.runAsync(
              () -> feed.run(subject.target, client, perSecond, commits, grow, stop),
              run -> new Thread(run, "updates").start());
    }

    @Override
    public void close() {
      stop.set(true);
      done.join(); // tells what went wrong
      client.ifPresent(Jedis::close);
    }
  }

  private static double cpu(Server server, Subject subject, Optional<RedisProcess> redis) {
    return ProcessUsage.cpuSeconds(server.process().pid())
        + (subject.isRedis() ? ProcessUsage.cpuSeconds(redis.orElseThrow().pid()) : 0);
  }

  private void report(Results out, Map<Subject, Found> found) {
    out.line(
        "Latency in ms from when a request was due, all forks together; in brackets p99 of each"
            + " fork. CPU: of the server, and of Redis where there is one, without what they take"
            + " where nobody reads.");
    out.line("");
    out.line("| 20 features of two views | p50 | p99 | p99.9 | p99 of forks | CPU ms a request |");
    out.line("|---|---|---|---|---|---|");
    found.forEach(
        (subject, of) ->
            row(
                out,
                subject.label + ", 1 row",
                of.one,
                of.p99OfOne,
                of.cpuOfOne / of.requestsOfOne));
    found.forEach(
        (subject, of) ->
            row(
                out,
                subject.label + ", 100 rows",
                of.hundred,
                of.p99OfHundred,
                of.cpuOfHundred / of.requestsOfHundred));
    found.forEach(
        (subject, of) ->
            out.line(
                "| %s, no read: `%s` | %.2f | %.2f | %.2f | | |",
                subject.label,
                FLOOR,
                millis(of.floor, 50),
                millis(of.floor, 99),
                millis(of.floor, 99.9)));
    out.line("");
    found.forEach(
        (subject, of) ->
            out.line(
                "%s takes %.0f ms of CPU a second for the updates alone.",
                subject.label,
                of.cpuIdle.stream().mapToDouble(d -> d * 1_000).average().orElse(0)));
    long failures = found.values().stream().mapToLong(of -> of.failures).sum();
    out.line("Failed requests: %d.", failures);
    Found leat = found.get(Subject.LEAT);
    for (Subject peer : List.of(Subject.VECTORS, Subject.STATES)) {
      if (found.containsKey(peer)) {
        double one = millis(leat.one, 99) / millis(found.get(peer).one, 99);
        double hundred = millis(leat.hundred, 99) / millis(found.get(peer).hundred, 99);
        out.line(
            "p99 beside %s: %.2f of it for 1 row, %.2f for 100 rows; the bar is %.1f: %s.",
            peer.label, one, hundred, BAR, one <= BAR && hundred <= BAR ? "met" : "missed");
      }
    }
  }

  private static void row(
      Results out, String label, Histogram latencies, List<Double> p99, double cpuSeconds) {
    out.line(
        "| %s | %.2f | %.2f | %.2f | %s | %.3f |",
        label,
        millis(latencies, 50),
        millis(latencies, 99),
        millis(latencies, 99.9),
        p99.stream().map("%.2f"::formatted).collect(Collectors.joining(", ")),
        cpuSeconds * 1_000);
  }

  private static double millis(Histogram latencies, double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e6;
  }
}
