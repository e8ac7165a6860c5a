package io.leat.cli.audit;

import io.leat.cli.command.PlatformOptions;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.AuditChain;
import io.leat.schemas.audit.AuditChain.BrokenLink;
import io.leat.schemas.audit.AuditChain.Head;
import io.leat.schemas.audit.AuditLog;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Verifies the chain of changes. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Computes the hashes of all changes again, and says that none was altered, taken out, put in or"
          + " moved since, and the chain's last place and hash; or where the chain breaks first, with"
          + " the exit code 1.",
      "What is cut off at the end shows only against a place and hash that were kept: --expect."
    })
final class VerifyCommand implements Callable<Integer> {
  @Option(
      names = "--expect",
      paramLabel = "SEQUENCE:HASH",
      converter = HeadConverter.class,
      description = "A place and hash that were printed before: the event is in the chain still.")
  private @Nullable Head expected;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    AuditChain chain = new AuditChain(Optional.ofNullable(expected));
    long[] unreadable = {0};
    try (AuditLog log = new AuditLog(platform.kafka(), platform.registry())) {
      log.read(
          (offset, event) -> {
            if (event.isEmpty()) {
              unreadable[0]++;
              return true;
            }
            return chain.add(offset, event.get());
          });
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<BrokenLink> broken = chain.brokenLink();
    out.println(
        broken.isPresent()
            ? broken(broken.get())
            : chain
                .head()
                .map(
                    head ->
                        "The chain of %,d changes is whole. Its last: %s"
                            .formatted(head.sequence(), head))
                .orElse("No change is in the chain yet."));
    out.printf(
        "%,d events are not in the chain: dead letters replayed, retraining asked for, changes by earlier releases.%n",
        chain.unchained());
    if (unreadable[0] > 0) {
      out.printf("%,d records are no audit events.%n", unreadable[0]);
    }
    out.flush();
    return broken.isPresent() ? 1 : 0;
  }

  private static String broken(BrokenLink link) {
    return plain(
        "The chain of changes is broken at %s, place %d: expected %s; found %s."
            .formatted(
                link.offset()
                    .map(offset -> "%s/0/%d".formatted(Topics.AUDIT, offset))
                    .orElse("its end"),
                link.sequence(),
                link.expected(),
                link.found()));
  }

  /** Without characters that a terminal would act on. */
  static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
  }

  static final class HeadConverter implements ITypeConverter<Head> {
    @Override
    public Head convert(String text) {
      try {
        return Head.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
