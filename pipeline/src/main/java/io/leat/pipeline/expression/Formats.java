package io.leat.pipeline.expression;

import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code value.isEmail()} and its like, by the names that Confluent's clients give them: email
 * addresses (HTML's definition, which leaves out the quoted and commented forms of RFC 5322), host
 * names (RFC 1123), IP addresses, URIs (RFC 3986), UUIDs (RFC 4122).
 */
final class Formats {
  /** WHATWG HTML, "valid email address". */
  private static final Pattern EMAIL_ADDRESS =
      Pattern.compile(
          "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
              + "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  private static final Pattern HEX_GROUPS =
      Pattern.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  /** A question about a text. */
  private enum Question {
    EMAIL("isEmail") {
      @Override
      boolean holds(String text) {
        return text.length() <= 254 && EMAIL_ADDRESS.matcher(text).matches();
      }
    },
    HOSTNAME("isHostname") {
      @Override
      boolean holds(String text) {
        return text.length() <= 253 && InternetDomainName.isValid(text);
      }
    },
    IPV4("isIpv4") {
      @Override
      boolean holds(String text) {
        return isAddress(text, Inet4Address.class);
      }
    },
    IPV6("isIpv6") {
      @Override
      boolean holds(String text) {
        return isAddress(text, Inet6Address.class);
      }
    },
    URI_WITH_SCHEME("isUri") {
      @Override
      boolean holds(String text) {
        return isUri(text, true);
      }
    },
    URI_REFERENCE("isUriRef") {
      @Override
      boolean holds(String text) {
        return isUri(text, false);
      }
    },
    UUID("isUuid") {
      @Override
      boolean holds(String text) {
        return HEX_GROUPS.matcher(text).matches();
      }
    };

    private final String function;

    Question(String function) {
      this.function = function;
    }

    abstract boolean holds(String text);

    private String overload() {
      return "string_" + function;
    }
  }

  private Formats() {}

  static List<CelFunctionDecl> declarations() {
    return Stream.of(Question.values())
        .map(
            question ->
                CelFunctionDecl.newFunctionDeclaration(
                    question.function,
                    CelOverloadDecl.newMemberOverload(
                        question.overload(), SimpleType.BOOL, SimpleType.STRING)))
        .toList();
  }

  static List<CelFunctionBinding> bindings() {
    return Stream.of(Question.values())
        .map(
            question -> CelFunctionBinding.from(question.overload(), String.class, question::holds))
        .toList();
  }

  /** The question that a function asks; null if it is none of these. */
  static @Nullable Predicate<String> question(String function) {
    for (Question question : Question.values()) {
      if (question.function.equals(function)) {
        return question::holds;
      }
    }
    return null;
  }

  private static boolean isAddress(String text, Class<?> kind) {
    return InetAddresses.isInetAddress(text) && kind.isInstance(InetAddresses.forString(text));
  }

  private static boolean isUri(String text, boolean absolute) {
    try {
      URI uri = new URI(text);
      return !absolute || uri.isAbsolute();
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
