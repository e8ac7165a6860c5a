package io.leat.runtime.access;

import com.linecorp.armeria.common.RequestContext;
import io.netty.util.AttributeKey;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who asks for something to be done: the owner of an API key, or whoever runs a command.
 *
 * @param name not blank; metrics and audit records hold it
 * @param roles what they may do
 */
public record Principal(String name, Set<Role> roles) {
  /** Whoever reaches a gateway that asks for no key. */
  public static final Principal ANONYMOUS = new Principal("anonymous", Role.all());

  /** What metrics call the sender of a request that was not let in. */
  private static final String NOBODY = "-";

  private static final AttributeKey<Principal> SENDER =
      AttributeKey.valueOf(Principal.class, "SENDER");

  public Principal {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a principal without a name");
    }
    roles = Set.copyOf(roles);
  }

  /** The user that this process runs as, who may do everything. */
  public static Principal ofThisProcess() {
    return new Principal(System.getProperty("user.name", "unknown"), Role.all());
  }

  /** The name of a request's sender once {@link Access#admit} has let it in; until then a dash. */
  public static String nameOf(RequestContext request) {
    Principal sender = request.attr(SENDER);
    return sender == null ? NOBODY : sender.name();
  }

  public boolean has(Role role) {
    return roles.contains(role);
  }

  void send(RequestContext request) {
    request.setAttr(SENDER, this);
  }

  /** Their roles, as a file of keys writes them. */
  String writtenRoles() {
    return roles.stream().sorted().map(Role::toString).collect(Collectors.joining(","));
  }
}
