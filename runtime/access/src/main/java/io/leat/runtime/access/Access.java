package io.leat.runtime.access;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in by a service's HTTP endpoint, and over which protocol. Thread-safe.
 *
 * @param keys whose requests are answered; empty: everybody's who reaches the endpoint
 * @param tls certificate and key; empty: in clear
 * @param open whether an endpoint without keys may be reached from beyond this machine, because the
 *     network keeps others out
 */
public record Access(Optional<ApiKeys> keys, Optional<Tls> tls, boolean open) {
  /** For this machine alone, in clear. */
  public static final Access LOCAL = new Access(Optional.empty(), Optional.empty(), false);

  /** For everybody who reaches the port, in clear. */
  public static final Access OPEN = new Access(Optional.empty(), Optional.empty(), true);

  private static final Logger log = LoggerFactory.getLogger(Access.class);
  private static final Pattern LOCAL_NAME =
      Pattern.compile(
          "(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);

  /**
   * @param certificate X.509 chain, PEM
   * @param key PKCS#8 private key, PEM, without password
   */
  public record Tls(Path certificate, Path key) {}

  /**
   * Makes sure that an endpoint may be opened on a host.
   *
   * @throws LeatException with one sentence if it is beyond this machine and anybody could come in
   */
  public void check(String host) {
    boolean loopback;
    try {
      loopback = InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new LeatException(
          ErrorCode.ACCESS, "There is no address for the host " + host + ".", e);
    }
    if (loopback) {
      return;
    }
    if (keys.isEmpty() && !open) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "Without API keys the endpoint opens on loopback alone, not on %s. Give a file of keys with --api-keys; or --open, where the network keeps others out."
              .formatted(host));
    }
    if (tls.isEmpty()) {
      log.warn(
          "The endpoint opens on {} in clear: what passes can be read on the way. Give"
              + " --tls-certificate and --tls-key, or put a proxy that does before it.",
          host);
    }
  }

  public SessionProtocol protocol() {
    return tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP;
  }

  /**
   * Gives a server its certificate, if there is one.
   *
   * @throws LeatException with one sentence if it cannot be used
   */
  public void configure(ServerBuilder server) {
    if (tls.isEmpty()) {
      return;
    }
    Path certificate = tls.get().certificate();
    Path key = tls.get().key();
    if (!Files.isReadable(certificate) || !Files.isReadable(key)) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "The certificate %s and its key %s cannot both be read.".formatted(certificate, key));
    }
    ApiKeys.requireOwnerOnly(key);
    try {
      server.tls(TlsKeyPair.of(key.toFile(), certificate.toFile()));
    } catch (IllegalArgumentException e) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "The certificate %s with the key %s cannot be used; expected a chain and a PKCS#8 key without password, both PEM."
              .formatted(certificate, key),
          e);
    }
  }

  /**
   * Lets a request in that its sender may make; from then on {@link Principal#nameOf} knows them.
   *
   * @throws RefusedException if it is not known whose it is, or they lack the role
   */
  public Principal admit(ServiceRequestContext request, Role role) throws RefusedException {
    Principal sender = admit(request);
    if (!sender.has(role)) {
      throw new RefusedException(
          HttpStatus.FORBIDDEN,
          "the API key of %s has the roles %s, and this takes %s"
              .formatted(sender.name(), sender.writtenRoles(), role));
    }
    return sender;
  }

  private Principal admit(ServiceRequestContext request) throws RefusedException {
    Principal sender = authenticator().authenticate(request.request().headers());
    sender.send(request);
    return sender;
  }

  private Authenticator authenticator() {
    if (keys.isPresent()) {
      return keys.get();
    }
    return open ? headers -> Principal.ANONYMOUS : Access::ofThisMachine;
  }

  /** A service that answers whom it may, whatever their roles, and others why it does not. */
  public HttpService guard(HttpService service) {
    return (context, request) -> {
      try {
        admit(context);
      } catch (RefusedException e) {
        return JsonErrors.response(e.status(), e.detail());
      }
      return service.serve(context, request);
    };
  }

  /** A service that answers those who have a role, and others why it does not. */
  public HttpService guard(Role role, HttpService service) {
    return (context, request) -> {
      try {
        admit(context, role);
      } catch (RefusedException e) {
        return JsonErrors.response(e.status(), e.detail());
      }
      return service.serve(context, request);
    };
  }

  /** Else a page of any site could come in, by a name of its own that leads to this machine. */
  /** A page of another site that a browser on this machine shows is not of this machine. */
  private static Principal ofThisMachine(RequestHeaders headers) throws RefusedException {
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !LOCAL_NAME.matcher(origin.replaceFirst("^https?://", "")).matches()) {
      throw new RefusedException(
          HttpStatus.FORBIDDEN,
          "without API keys the endpoint answers pages of this machine alone, not of " + origin);
    }
    if (LOCAL_NAME.matcher(String.valueOf(headers.authority())).matches()) {
      return Principal.ANONYMOUS;
    }
    throw new RefusedException(
        HttpStatus.FORBIDDEN,
        "without API keys the endpoint answers to localhost, 127.0.0.1 and [::1] alone, not to "
            + headers.authority());
  }
}
