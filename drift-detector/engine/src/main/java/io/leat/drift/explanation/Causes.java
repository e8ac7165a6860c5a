package io.leat.drift.explanation;

import io.leat.drift.FeatureCounts;
import io.leat.drift.StreamComparison;
import io.leat.drift.StreamComparison.Bucket;
import io.leat.drift.explanation.ObservedVectors.Counts;
import io.leat.drift.explanation.ObservedVectors.Members;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.DriftedStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ranks what may have caused an episode, as decision 77 says. What can be seen in vectors is
 * measured by what would be, had these vectors been as before: those of them in the episode's
 * windows are replaced by as many windows' worth of those before, and the distance of the rest from
 * the reference is what would be left. What any other so large part of the vectors would explain is
 * taken off. Of several streams the mean counts.
 */
final class Causes {
  /** What explains less is not named. */
  static final double LEAST = 0.25;

  static final int MOST = 8;
  private static final double LEAST_RISE_OF_NULLS = 0.01;
  private static final double TIMES = 1.5;

  /** What fewer vectors have, before and since, is no cause; what more have is all of them. */
  private static final double LEAST_SHARE = 0.005;

  private static final double MOST_SHARE = 0.95;

  /** What is new was in fewer vectors before. */
  private static final double HARDLY_ANY = 0.01;

  /** A share of vectors is taken to one in so many. */
  private static final int PARTS = 1_000;

  /** So many of a cause's vectors have to be in one place for that to be told. */
  private static final double IN_ONE_PLACE = 0.8;

  private final DriftAlert episode;
  private final Span span;
  private final ObservedVectors vectors;
  private final Context context;
  private final Counts all;
  private final Counts allBefore;
  private final List<Moved> moved = new ArrayList<>();

  /** A stream that is off, beyond what is usual. */
  private record Moved(int place, StreamComparison stream, double usual, double now) {}

  /**
   * What would be left of a stream that is off.
   *
   * @param ofAnyPart what would be left if any so large part of the vectors were as before
   */
  private record Left(Moved of, double value, double ofAnyPart) {
    double explained() {
      double any = share(ofAnyPart);
      return any >= 1 ? 0 : Math.max(0, (share(value) - any) / (1 - any));
    }

    double ofAny() {
      return share(ofAnyPart);
    }

    private double share(double left) {
      return Math.max(0, Math.min(1, (of.now - left) / (of.now - of.usual)));
    }
  }

  Causes(
      DriftAlert episode, Timeline timeline, Span span, ObservedVectors vectors, Context context) {
    this.episode = episode;
    this.span = span;
    this.vectors = vectors;
    this.context = context;
    this.all = vectors.allSince();
    this.allBefore = vectors.allBefore();
    for (int i = 0; i < vectors.streams().size(); i++) {
      StreamComparison stream = vectors.streams().get(i);
      OptionalDouble told =
          timeline.usual(new Timeline.Key(stream.stream(), stream.statistic().name()), span);
      // An episode of data quality is told of by its measures, and compared by a statistic.
      double usual =
          told.isPresent() ? told.getAsDouble() : stream.value(allBefore.streams[i]).orElse(0);
      OptionalDouble now = stream.value(all.streams[i]);
      if (now.isPresent() && now.getAsDouble() > usual) {
        moved.add(new Moved(i, stream, usual, now.getAsDouble()));
      }
    }
  }

  /** The likely causes, the most likely first; empty where nothing explains enough. */
  List<Cause> ranked() {
    List<Cause> causes = new ArrayList<>();
    if (!moved.isEmpty()) {
      List<Members> members = vectors.members();
      for (Members one : members) {
        ofVectors(one, members).ifPresent(causes::add);
      }
      context.refused().forEach(refused -> ofRefused(refused).ifPresent(causes::add));
    }
    causes.addAll(ofQuality());
    causes.addAll(ofChanges());
    return causes.stream()
        .filter(cause -> cause.score() >= LEAST)
        .sorted(
            Comparator.comparingDouble(Cause::score)
                .reversed()
                .thenComparing(Cause::kind)
                .thenComparing(Cause::what))
        .limit(MOST)
        .toList();
  }

  private double shareSince(Members members) {
    return (double) members.since() / vectors.since();
  }

  /** 0 where there are no vectors of before. */
  private double shareBefore(Members members) {
    return vectors.before() == 0 ? 0 : (double) members.before() / vectors.before();
  }

  private Optional<Cause> ofVectors(Members members, List<Members> others) {
    double since = shareSince(members);
    double before = shareBefore(members);
    return switch (members.trait().kind()) {
      case NULLS ->
          since - before >= LEAST_RISE_OF_NULLS && since >= TIMES * before
              ? measured(
                  members,
                  "%s is null (%s)".formatted(members.trait().name(), members.value()),
                  "null in %s of the vectors, in %s before%s"
                      .formatted(percent(since), percent(before), place(members, others)))
              : Optional.empty();
      case NEWNESS -> {
        List<String> names = vectors.newCategories(members.trait().name());
        yield since >= LEAST_SHARE && before < HARDLY_ANY
            ? measured(
                members,
                "%s is %s".formatted(members.trait().name(), listed(names)),
                "in %s of the vectors, and never in the reference%s"
                    .formatted(percent(since), place(members, others)))
            : Optional.empty();
      }
      case VERSION -> {
        if (since < LEAST_SHARE || before >= HARDLY_ANY || vectors.before() == 0) {
          yield Optional.empty();
        }
        String what = "%s is %s".formatted(members.trait().name(), members.value());
        String figure =
            "%s of the vectors, %s of those before".formatted(percent(since), percent(before));
        yield since > MOST_SHARE
            ? Optional.of(
                Cause.ofTime(
                    Cause.Kind.VERSION,
                    what,
                    figure,
                    "none of the vectors still has the earlier one, to compare with"))
            : measured(members, what, figure);
      }
      case HEADER, SEGMENT -> {
        boolean some = Math.max(since, before) >= LEAST_SHARE && since <= MOST_SHARE;
        boolean itself =
            moved.stream()
                .allMatch(one -> one.stream.stream().feature().equals(members.trait().name()));
        yield some && !itself
            ? measured(
                members,
                "%s is %s".formatted(members.trait().name(), members.value()),
                "%s of the vectors have it, %s before".formatted(percent(since), percent(before)))
            : Optional.empty();
      }
    };
  }

  /** What it explains, by what would be left without it. */
  private Optional<Cause> measured(Members members, String what, String figure) {
    long times = Math.max(1, vectors.windows(false));
    long withTimes = vectors.windows(true);
    double part = shareSince(members);
    Counts since = vectors.counts(members, true);
    Counts before = vectors.counts(members, false);
    List<Left> left = new ArrayList<>();
    for (Moved one : moved) {
      FeatureCounts now = all.streams[one.place];
      OptionalDouble value =
          one.stream.value(
              StreamComparison.replaced(
                  now, since.streams[one.place], times, before.streams[one.place], withTimes));
      if (value.isEmpty()) {
        return Optional.empty(); // nothing would be left to measure
      }
      OptionalDouble any =
          one.stream.value(
              StreamComparison.replaced(
                  now,
                  one.stream.newCounts(),
                  Math.round(PARTS * times * (1 - part)),
                  allBefore.streams[one.place],
                  Math.round(PARTS * withTimes * part)));
      left.add(new Left(one, value.getAsDouble(), any.orElse(one.now)));
    }
    double explained = left.stream().mapToDouble(Left::explained).average().orElse(0);
    Left least = left.stream().min(Comparator.comparingDouble(Left::explained)).orElseThrow();
    Left most = left.stream().max(Comparator.comparingDouble(Left::explained)).orElseThrow();
    return Optional.of(
        Cause.of(
            members.trait().kind().cause(),
            what,
            explained,
            "%s; with that as before, %s".formatted(figure, left(most)),
            "%s would be left beyond what is usual%s%s"
                .formatted(
                    percent(1 - least.explained()),
                    least.equals(most) ? "" : "; " + left(least),
                    "; any %s of the vectors would take %s with them"
                        .formatted(percent(part), percent(most.ofAny())))));
  }

  private static String left(Left left) {
    return "%s of %s would be %s and not %s (usual is %s)"
        .formatted(
            left.of.stream.statistic().name(),
            left.of.stream.stream(),
            number(left.value),
            number(left.of.now),
            number(left.of.usual));
  }

  /** In which one place a cause's vectors are, if they are. */
  private String place(Members cause, List<Members> others) {
    return others.stream()
        .filter(
            other ->
                other.trait().kind() == Trait.Kind.HEADER
                    || (other.trait().kind() == Trait.Kind.SEGMENT
                        && !other.trait().name().equals(cause.trait().name())))
        .filter(other -> shareSince(other) <= IN_ONE_PLACE)
        .map(other -> new Place(other, (double) vectors.both(cause, other) / cause.since()))
        .filter(place -> place.share >= IN_ONE_PLACE)
        .max(
            Comparator.comparingDouble((Place place) -> place.share - shareSince(place.members))
                .thenComparing(place -> place.members.trait().kind(), Comparator.reverseOrder()))
        .map(
            place ->
                "; %s of these where %s is %s, which %s of all vectors have"
                    .formatted(
                        percent(place.share),
                        place.members.trait().name(),
                        place.members.value(),
                        percent(shareSince(place.members))))
        .orElse("");
  }

  private record Place(Members members, double share) {}

  /**
   * A rise of refused events by a share of all can move no stream farther than that share, in total
   * variation; so much is an upper bound of what it explains.
   */
  private Optional<Cause> ofRefused(Context.Refused refused) {
    double since = (double) refused.since() / (refused.since() + vectors.since());
    double before =
        refused.before() == 0
            ? 0
            : (double) refused.before() / (refused.before() + vectors.before());
    double rise = since - before;
    if (rise < LEAST_RISE_OF_NULLS || since < TIMES * before) {
      return Optional.empty();
    }
    Moved farthest =
        moved.stream().max(Comparator.comparingDouble(this::totalVariation)).orElseThrow();
    double distance = totalVariation(farthest);
    double bound = distance == 0 ? 0 : Math.min(1, rise / distance);
    return Optional.of(
        Cause.of(
            Cause.Kind.DEAD_LETTERS,
            "%s is refused: %s".formatted(refused.event(), refused.why()),
            bound,
            "%s refused, %s before".formatted(percent(since), percent(before)),
            "so many missing can move %s by %s at most, in total variation; it moved by %s"
                .formatted(farthest.stream.stream(), number(rise), number(distance))));
  }

  private double totalVariation(Moved one) {
    double sum = 0;
    for (Bucket bucket : one.stream.buckets(all.streams[one.place])) {
      sum += Math.abs(bucket.window() - bucket.reference());
    }
    return sum / 2;
  }

  private List<Cause> ofQuality() {
    if (episode.getKind().equals("data_quality")) {
      return List.of();
    }
    Set<String> columns = columns(episode);
    return context.alerts().stream()
        .filter(other -> other.getKind().equals("data_quality"))
        .filter(other -> other.getModel().equals(episode.getModel()))
        .map(
            other ->
                Cause.ofTime(
                    Cause.Kind.DATA_QUALITY,
                    "data quality: " + other.getMessage(),
                    "episode %s was open at the time".formatted(other.getAlertId()),
                    columns(other).stream().anyMatch(columns::contains)
                        ? "nothing: it is about %s too".formatted(listed(columns(other)))
                        : "it is about %s, this episode about %s"
                            .formatted(listed(columns(other)), listed(columns))))
        .toList();
  }

  private static Set<String> columns(DriftAlert alert) {
    return Stream.concat(
            Stream.of(alert.getFeature()),
            alert.getStreams().stream().map(DriftedStream::getFeature))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private List<Cause> ofChanges() {
    Instant earliest = span.onset().minus(span.window());
    List<AuditEvent> changes =
        context.changes().stream()
            .filter(change -> isChange(change.getAction()))
            .filter(
                change ->
                    !change.getTime().isBefore(earliest) && change.getTime().isBefore(span.end()))
            .toList();
    return changes.stream()
        .map(
            change ->
                Cause.ofTime(
                    Cause.Kind.CHANGE,
                    "%s of %s by %s"
                        .formatted(change.getAction(), change.getSubject(), change.getActor()),
                    "at %s; the change shows since %s".formatted(change.getTime(), span.onset()),
                    changes.size() == 1
                        ? "only the time: no vector says that it comes of this"
                        : "only the time, and %d other changes were made then"
                            .formatted(changes.size() - 1)))
        .toList();
  }

  /** What changes how features are made, or which version scores. */
  private static boolean isChange(String action) {
    return action.equals("apply") || action.equals("promote-view") || action.startsWith("model.");
  }

  private static String listed(Collection<String> names) {
    int shown = 5;
    String first = names.stream().limit(shown).collect(Collectors.joining(", "));
    return names.size() > shown ? first + " and %,d more".formatted(names.size() - shown) : first;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
