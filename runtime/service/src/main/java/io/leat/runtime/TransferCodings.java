package io.leat.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SniHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Refuses HTTP/1 requests with another transfer coding than {@code chunked} (RFC 9112, section 6.1:
 * a coding that is not understood). Armeria drops the header {@code Transfer-Encoding} before a
 * service sees it, and takes what {@code gzip, chunked} carries for the body itself, so a proxy
 * that decodes it would see another.
 *
 * <p>Armeria puts its HTTP/1 codec into the pipeline when the first bytes of a connection show that
 * it is HTTP/1. So a connection's first bytes pass one at a time until it is there, and this stands
 * behind it from then on. The codec is the only handler of two halves there.
 */
final class TransferCodings extends ChannelInboundHandlerAdapter {
  private static final String CHUNKED = "chunked";

  /** As many as Armeria looks at to tell HTTP/2 from HTTP/1. */
  private static final int MOST_BYTES = 4;

  private boolean refused;

  private TransferCodings() {}

  /** Watches a new connection. */
  static void watch(ChannelPipeline pipeline) {
    if (pipeline.get(SniHandler.class) == null) {
      pipeline.addFirst(new FirstBytes());
    } else {
      pipeline.addAfter(pipeline.context(SniHandler.class).name(), null, new FirstBytes());
    }
  }

  /** Waits for the codec. */
  private static final class FirstBytes extends ChannelInboundHandlerAdapter {
    private int passed;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof ByteBuf bytes)) {
        context.fireChannelRead(message);
        return;
      }
      while (!isDone(context.pipeline()) && bytes.isReadable()) {
        passed++;
        context.fireChannelRead(bytes.readRetainedSlice(1));
      }
      if (isDone(context.pipeline())) {
        standBehindTheCodec(context.pipeline());
        context.fireChannelRead(bytes);
        context.pipeline().remove(this);
      } else {
        bytes.release();
      }
    }

    private boolean isDone(ChannelPipeline pipeline) {
      return passed == MOST_BYTES || pipeline.get(CombinedChannelDuplexHandler.class) != null;
    }

    private static void standBehindTheCodec(ChannelPipeline pipeline) {
      ChannelHandlerContext codec = pipeline.context(CombinedChannelDuplexHandler.class);
      if (codec != null) { // else it is HTTP/2, which has no transfer codings
        pipeline.addAfter(codec.name(), null, new TransferCodings());
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
      if (!codings.isEmpty()
          && !(codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase(CHUNKED))) {
        refused = true;
        ReferenceCountUtil.release(message);
        context.writeAndFlush(refusal()).addListener(ChannelFutureListener.CLOSE);
        return;
      }
    }
    context.fireChannelRead(message);
  }

  private static FullHttpResponse refusal() {
    ByteBuf text =
        Unpooled.copiedBuffer(
            "400 Bad Request\n"
                + "The body has another transfer coding than chunked; expected none, or chunked"
                + " alone.\n",
            UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST, text);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes())
        .set(HttpHeaderNames.CONNECTION, "close");
    return response;
  }
}
