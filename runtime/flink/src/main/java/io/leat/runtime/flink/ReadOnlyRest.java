package io.leat.runtime.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.buffer.Unpooled;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelFutureListener;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandler;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerAdapter;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerContext;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.DefaultFullHttpResponse;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.FullHttpResponse;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpHeaderNames;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpHeaderValues;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpMethod;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpRequest;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpResponseStatus;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpServerCodec;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpVersion;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.QueryStringDecoder;
import org.apache.flink.shaded.netty4.io.netty.util.ReferenceCountUtil;

/**
 * Before Flink's REST interface, where {@link #ENABLED}: lets requests pass that only look, and
 * that call the interface by a name of its own. Flink itself has no notion of who may ask, and a
 * page of any web site can send a request to a port of the machine that its reader sits at, or
 * resolve its own name to that.
 *
 * <ul>
 *   <li>Methods other than GET and HEAD are refused, and so are those paths of GET that change
 *       something: cancelling a job is one, for YARN's proxy.
 *   <li>The header {@code Host} must be there once and name this machine (localhost, 127.0.0.1,
 *       [::1]) or one of {@link #HOSTS}; so must {@code Origin}, where there is one.
 * </ul>
 *
 * A request that is refused closes its connection: what follows in it is not looked at. Flink finds
 * this class as a service.
 */
public final class ReadOnlyRest implements InboundChannelHandlerFactory {
  /** Whether the interface is read-only; false by default. */
  static final ConfigOption<Boolean> ENABLED =
      ConfigOptions.key("leat.rest.read-only").booleanType().defaultValue(false);

  /** Further names that the interface may be called by, without ports. */
  static final ConfigOption<List<String>> HOSTS =
      ConfigOptions.key("leat.rest.hosts").stringType().asList().defaultValues();

  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  /** What paths that change something by GET have among their parts. */
  private static final Set<String> CHANGING = Set.of("yarn-cancel", "yarn-stop");

  @Override
  public int priority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Optional<ChannelHandler> createHandler(
      Configuration settings, Map<String, String> responseHeaders) {
    if (!settings.get(ENABLED)) {
      return Optional.empty();
    }
    Set<String> hosts = new TreeSet<>(THIS_MACHINE);
    settings.get(HOSTS).forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
    return Optional.of(new Placing(hosts));
  }

  /**
   * Flink asks for handlers behind the one that stores uploaded files; this one puts the guard
   * where requests come out of the wire, and goes.
   */
  private static final class Placing extends ChannelHandlerAdapter {
    private final Set<String> hosts;

    Placing(Set<String> hosts) {
      this.hosts = hosts;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      String codec = context.pipeline().context(HttpServerCodec.class).name();
      context.pipeline().addAfter(codec, "leat-read-only", new Guard(hosts));
      context.pipeline().remove(this);
    }
  }

  /** One connection's. */
  private static final class Guard extends ChannelInboundHandlerAdapter {
    private final Set<String> hosts;
    private boolean refused;

    Guard(Set<String> hosts) {
      this.hosts = hosts;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      Optional<String> why =
          !refused && message instanceof HttpRequest request ? refusal(request) : Optional.empty();
      if (why.isPresent()) {
        refused = true;
        refuse(context, why.get());
      }
      if (refused) {
        ReferenceCountUtil.release(message);
      } else {
        context.fireChannelRead(message);
      }
    }

    private Optional<String> refusal(HttpRequest request) {
      if (request.decoderResult().isFailure()) {
        return Optional.of("The request is not HTTP that can be read.");
      }
      if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
        return Optional.of(
            "This interface only shows: %s is refused, expected GET.".formatted(request.method()));
      }
      List<String> named = request.headers().getAll(HttpHeaderNames.HOST);
      if (named.size() != 1 || !hosts.contains(withoutPort(named.get(0)))) {
        return Optional.of(
            "The header Host is %s; expected one of %s."
                .formatted(named, String.join(", ", hosts)));
      }
      for (String origin : request.headers().getAll(HttpHeaderNames.ORIGIN)) {
        if (!isOwn(origin)) {
          return Optional.of("A page of %s may not ask.".formatted(origin));
        }
      }
      return changesSomething(request.uri())
          ? Optional.of("This interface only shows: %s is refused.".formatted(request.uri()))
          : Optional.empty();
    }

    private boolean isOwn(String origin) {
      try {
        String host = URI.create(origin).getHost();
        return host != null && hosts.contains(host.toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        return false; // no address, so none of ours
      }
    }

    private static boolean changesSomething(String uri) {
      try {
        return Arrays.stream(new QueryStringDecoder(uri).path().toLowerCase(Locale.ROOT).split("/"))
            .anyMatch(CHANGING::contains);
      } catch (IllegalArgumentException e) {
        return true; // not to be read, so not to be let pass
      }
    }

    /** Of {@code [::1]:8081}, {@code [::1]}. */
    private static String withoutPort(String host) {
      int colon = host.lastIndexOf(':');
      return (colon > host.lastIndexOf(']') ? host.substring(0, colon) : host)
          .toLowerCase(Locale.ROOT);
    }

    private static void refuse(ChannelHandlerContext context, String why) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.FORBIDDEN,
              Unpooled.copiedBuffer(why + "\n", UTF_8));
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
          .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
