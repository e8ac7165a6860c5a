package io.leat.runtime.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.schemas.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may come in: principals, and the SHA-256 of each one's key. Keys themselves are kept nowhere,
 * and are to be random and long, so that their hash gives nothing away. Immutable.
 */
public final class ApiKeys implements Authenticator {
  private static final String BEARER = "bearer ";
  private static final String API_KEY = "x-api-key";
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*):([0-9a-fA-F]{64})(?::([a-z,-]+))?");

  private record Entry(Principal owner, byte[] hash) {}

  private final List<Entry> entries;

  private ApiKeys(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * Reads a file of lines {@code name:sha256hex} or {@code name:sha256hex:role,role}; a key without
   * roles has all. Empty lines and those that begin with {@code #} say nothing. A name may have
   * several keys, so that they can be changed.
   *
   * @throws LeatException with one sentence, which quotes no line, if it cannot be read, a line is
   *     wrong or others than the file's owner can read it
   */
  public static ApiKeys read(Path file) {
    requireOwnerOnly(file);
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "The API keys in %s cannot be read (%s).".formatted(file, e.getClass().getSimpleName()),
          e);
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new LeatException(
            ErrorCode.ACCESS,
            "%s:%d is no API key; expected name:sha256 with 64 hex digits, as 'printf %%s KEY | sha256sum' makes them, and perhaps :role,role behind it."
                .formatted(file, i + 1));
      }
      Set<Role> roles =
          matcher.group(3) == null ? Role.all() : roles(matcher.group(3), file, i + 1);
      entries.add(
          new Entry(
              new Principal(matcher.group(1), roles), HexFormat.of().parseHex(matcher.group(2))));
    }
    if (entries.isEmpty()) {
      throw new LeatException(
          ErrorCode.ACCESS, "%s holds no API key; expected lines name:sha256.".formatted(file));
    }
    return new ApiKeys(List.copyOf(entries));
  }

  /**
   * Makes sure that only its owner can read a file.
   *
   * @throws LeatException with one sentence that says what to do
   */
  static void requireOwnerOnly(Path file) {
    OwnerOnly.problem(file)
        .ifPresent(
            problem -> {
              throw new LeatException(ErrorCode.ACCESS, problem);
            });
  }

  private static Set<Role> roles(String written, Path file, int line) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String one : written.split(",", -1)) {
      roles.add(
          Role.of(one)
              .orElseThrow(
                  () ->
                      new LeatException(
                          ErrorCode.ACCESS,
                          "%s:%d has a role that is none: '%s'; expected some of %s, with commas between."
                              .formatted(file, line, one, Role.all()))));
    }
    return roles;
  }

  @Override
  public Principal authenticate(RequestHeaders request) throws RefusedException {
    String authorization = request.get(HttpHeaderNames.AUTHORIZATION, "");
    String key =
        authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
            ? authorization.substring(BEARER.length()).strip()
            : request.get(API_KEY, "");
    if (key.isEmpty()) {
      throw new RefusedException(
          HttpStatus.UNAUTHORIZED,
          "there is no API key; send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'");
    }
    return ownerOf(key)
        .orElseThrow(
            () ->
                new RefusedException(HttpStatus.FORBIDDEN, "the API key is none of this endpoint"));
  }

  /** Whose key it is; takes as long whichever it is. */
  Optional<Principal> ownerOf(String key) {
    byte[] hash = Sha256.digest().digest(key.getBytes(UTF_8));
    Optional<Principal> found = Optional.empty();
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.hash(), hash)) {
        found = Optional.of(entry.owner());
      }
    }
    return found;
  }
}
