package io.leat.features.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.EntityKeys;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.NullReason;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The peer of the feature server: the same HTTP server, the same reading of requests and the same
 * writing of answers, and between them one MGET of all keys instead of the store in process. It
 * waits for nothing: requests are read and answered on the event loop, and Redis answers
 * asynchronously, over one connection that all requests share. Redis holds ready vectors, or the
 * very states, which are evaluated here then.
 *
 * <p>Arguments: pipeline folder, port, Redis' port, {@code vectors} or {@code states}.
 */
public final class RedisPeerMain {
  private static final byte[] KEY = {'k'};

  private final Catalog catalog;
  private final RedisAsyncCommands<byte[], byte[]> redis;
  private final boolean states;

  private RedisPeerMain(Catalog catalog, RedisAsyncCommands<byte[], byte[]> redis, boolean states) {
    this.catalog = catalog;
    this.redis = redis;
    this.states = states;
  }

  public static void main(String[] arguments) throws PipelineException {
    RedisPeerMain peer =
        new RedisPeerMain(
            new Catalog(PipelineReader.read(Path.of(arguments[0]))),
            RedisClient.create(RedisURI.create("127.0.0.1", Integer.parseInt(arguments[2])))
                .connect(ByteArrayCodec.INSTANCE)
                .async(),
            arguments[3].equals("states"));
    Server.builder()
        .port(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
            SessionProtocol.HTTP)
        .service("/health/ready", (context, request) -> HttpResponse.of("ready\n"))
        .service("/health/live", (context, request) -> HttpResponse.of("live\n"))
        .route()
        .post("/get-online-features")
        .build(
            (context, request) ->
                HttpResponse.of(
                    request
                        .aggregate()
                        .thenCompose(whole -> peer.answer(context, whole.content().array()))))
        .build()
        .start()
        .join();
  }

  /** A key of a view in Redis. */
  public static byte[] key(String view, String key) {
    return EntityKeys.bytes(view + ":" + key);
  }

  private CompletionStage<HttpResponse> answer(ServiceRequestContext context, byte[] body) {
    try {
      OnlineRequest request = JsonRequest.parse(body);
      ReadPlan plan = catalog.plan(request.names());
      List<byte[]> wanted = new ArrayList<>();
      for (ServedView view : plan.views()) {
        for (Object key : request.entities().get(view.entity().field())) {
          wanted.add(key(view.name(), String.valueOf(key)));
        }
      }
      return redis
          .mget(wanted.toArray(byte[][]::new))
          .thenApplyAsync(
              found ->
                  HttpResponse.of(
                      HttpStatus.OK,
                      MediaType.JSON,
                      HttpData.wrap(JsonAnswer.of(answer(request, plan, found), false, false))),
              context.eventLoop());
    } catch (RequestException e) {
      return CompletableFuture.completedFuture(HttpResponse.of(e.kind().status()));
    }
  }

  private OnlineAnswer answer(
      OnlineRequest request, ReadPlan plan, List<KeyValue<byte[], byte[]>> found) {
    int rows = request.rows();
    long now = System.currentTimeMillis();
    List<ViewReader.Rows> read = new ArrayList<>();
    for (int view = 0; view < plan.views().size(); view++) {
      read.add(rows(plan.views().get(view), found.subList(view * rows, (view + 1) * rows), now));
    }
    List<Column> answer = new ArrayList<>();
    long[] none = new long[rows];
    request
        .entities()
        .forEach(
            (field, keys) -> {
              Column column = new Column(field, none);
              for (int row = 0; row < rows; row++) {
                column.set(row, keys.get(row), Status.PRESENT);
              }
              answer.add(column);
            });
    for (Planned planned : plan.columns()) {
      ViewReader.Rows of = read.get(planned.view());
      Column column = new Column(planned.name(), of.newest());
      for (int row = 0; row < rows; row++) {
        Object value = of.values()[row][planned.index()];
        column.set(
            row,
            value,
            !of.found()[row]
                ? Status.NOT_FOUND
                : value instanceof NullReason ? Status.NULL_VALUE : Status.PRESENT);
      }
      answer.add(column);
    }
    return new OnlineAnswer(answer, plan.views(), Lag.NONE);
  }

  private ViewReader.Rows rows(ServedView view, List<KeyValue<byte[], byte[]>> found, long now) {
    Object[][] values = new Object[found.size()][];
    boolean[] there = new boolean[found.size()];
    long[] newest = new long[found.size()];
    ViewEngine engine = view.engine();
    for (int row = 0; row < values.length; row++) {
      byte @Nullable [] bytes = found.get(row).getValueOrElse(null);
      values[row] = view.without(NullReason.NO_EVENT);
      if (bytes != null) {
        there[row] = true;
        values[row] =
            states
                ? engine.evaluate(name -> name == KEY ? bytes : null, KEY, now * 1_000)
                : VectorBytes.values(bytes);
        newest[row] = states ? engine.newestEventTime() : VectorBytes.newest(bytes);
      }
    }
    return new ViewReader.Rows(values, there, newest, 0);
  }
}
