package io.leat.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients upload before they register it: runs, and since MLflow 3 logged models, each a
 * document and a folder of files. They are on this process's disk alone, and thrown away when
 * nothing was done with them for a while: what was registered is in the registry by then.
 * Thread-safe.
 */
final class Uploads {
  private static final Logger log = LoggerFactory.getLogger(Uploads.class);

  /** What the ids of logged models begin with. */
  static final String LOGGED = "m-";

  private static final Pattern ID = Pattern.compile("(m-)?[0-9a-f]{32}");
  private static final String DOCUMENT = "document.json";
  private static final String FILES = "artifacts";
  private static final String UNFINISHED = ".part";
  private static final int MOST_FILES = 1_000;
  private static final int DEEPEST = 16;

  private final Path folder;
  private final Duration keep;
  private final long room;
  private final InstantSource clock;

  /** Files that are being written, and how long they will be. */
  private final Map<Path, Long> coming = new HashMap<>();

  /** A change of a document. */
  @FunctionalInterface
  interface Step {
    void change(ObjectNode document) throws Refusal;
  }

  /**
   * @param folder made when it is needed
   * @param keep how long an upload stays that nothing is done with
   * @param room bytes that all of them may have together
   */
  Uploads(Path folder, Duration keep, long room, InstantSource clock) {
    this.folder = folder;
    this.keep = keep;
    this.room = room;
    this.clock = clock;
  }

  /**
   * An id that nothing else has.
   *
   * @param prefix {@link #LOGGED}, or nothing of a run
   */
  static String newId(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }

  /** Begins an upload, and throws away the old ones. */
  synchronized void create(String id, ObjectNode document) throws Refusal, IOException {
    sweep();
    if (size() >= room) {
      throw noRoom();
    }
    Files.createDirectories(folder.resolve(id).resolve(FILES));
    write(id, document);
  }

  /**
   * What is known of an upload.
   *
   * @throws Refusal if there is none of this id
   */
  synchronized ObjectNode document(String id) throws Refusal, IOException {
    if (ID.matcher(id).matches()) {
      try {
        return (ObjectNode)
            RestApi.JSON.readTree(Files.readAllBytes(folder.resolve(id).resolve(DOCUMENT)));
      } catch (NoSuchFileException e) {
        log.debug("no such upload", e);
      }
    }
    throw Refusal.absent(
        "There is no run or logged model '%s' here; expected one that was begun at this server in the last %d hours. A registry keeps no runs: log and register in one go, with the tracking URI set to this server.",
        id, keep.toHours());
  }

  /** The documents of all logged models. */
  synchronized List<ObjectNode> loggedModels() throws Refusal, IOException {
    List<ObjectNode> found = new ArrayList<>();
    for (Path upload : list()) {
      String id = upload.getFileName().toString();
      if (id.startsWith(LOGGED) && Files.exists(upload.resolve(DOCUMENT))) {
        found.add(document(id));
      }
    }
    return found;
  }

  /** Changes what is known of an upload, and gives it as it is then. */
  synchronized ObjectNode update(String id, Step step) throws Refusal, IOException {
    ObjectNode document = document(id);
    step.change(document);
    write(id, document);
    return document;
  }

  private void write(String id, ObjectNode document) throws IOException {
    Path file = folder.resolve(id).resolve(DOCUMENT);
    Path unfinished = file.resolveSibling(DOCUMENT + UNFINISHED);
    Files.write(unfinished, RestApi.JSON.writeValueAsBytes(document));
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * A file or folder of an upload, whether or not it is there.
   *
   * @param rest its path within the upload; nothing for all of it
   * @throws Refusal if there is no such upload, or the path leads out of it
   */
  Path artifact(String id, String rest) throws Refusal, IOException {
    document(id);
    Path root = folder.resolve(id).resolve(FILES);
    return rest.isEmpty() ? root : within(root, rest);
  }

  /**
   * A file or folder below another, whether or not it is there.
   *
   * @param rest what a client or a server calls it
   * @throws Refusal if the path leads out of the folder
   */
  static Path within(Path folder, String rest) throws Refusal {
    Path root = folder.toAbsolutePath().normalize();
    List<String> names = List.of(rest.split("/", -1));
    for (String name : names) {
      if (name.isBlank()
          || name.equals(".")
          || name.equals("..")
          || name.endsWith(UNFINISHED)
          || name.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
        throw Refusal.invalid("'%s' is no path of a file within an upload.", rest);
      }
    }
    Path file = root.resolve(rest).normalize();
    if (names.size() > DEEPEST || !file.startsWith(root)) {
      throw Refusal.invalid("'%s' is no path of a file within an upload.", rest);
    }
    return file;
  }

  /**
   * Sees that there is room for a file, and gives the path to write it to before {@link #finish}.
   *
   * @param length of its bytes, as the client says; room for so many is kept until {@link #finish}
   *     or {@link #abandon}
   */
  synchronized Path begin(String id, Path file, long length) throws Refusal, IOException {
    if (length < 0) {
      throw new Refusal(
          HttpStatus.LENGTH_REQUIRED,
          "INVALID_PARAMETER_VALUE",
          "The request says no Content-Length; expected the file's, so that there is room for it.");
    }
    if (length > room - size() - coming.values().stream().mapToLong(Long::longValue).sum()) {
      throw noRoom();
    }
    try (Stream<Path> files = Files.walk(folder.resolve(id))) {
      if (files.count() > MOST_FILES) {
        throw Refusal.invalid("An upload has at most %d files.", MOST_FILES);
      }
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (FileAlreadyExistsException e) {
      throw Refusal.invalid(
          "%s is a file; expected a folder.", folder.relativize(Path.of(e.getFile())));
    }
    Path unfinished = file.resolveSibling(UUID.randomUUID() + UNFINISHED);
    coming.put(unfinished, length);
    return unfinished;
  }

  /** Gives back the room of a file that has been put in its place, or has not come. */
  synchronized void abandon(Path unfinished) throws IOException {
    coming.remove(unfinished);
    Files.deleteIfExists(unfinished);
  }

  /** Puts a file in its place that has come whole. */
  synchronized void finish(String id, Path unfinished, Path file) throws Refusal, IOException {
    try {
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
      coming.remove(unfinished);
    } catch (DirectoryNotEmptyException e) {
      throw Refusal.invalid(
          "%s is a folder; expected a file.", folder.relativize(Path.of(e.getFile())));
    }
    use(id);
  }

  /** Lets an upload stay as long as one that begins now. */
  void use(String id) throws IOException {
    Files.setLastModifiedTime(folder.resolve(id).resolve(DOCUMENT), FileTime.from(clock.instant()));
  }

  /** Throws away what is old. */
  synchronized void sweep() throws IOException {
    Instant oldest = clock.instant().minus(keep);
    for (Path upload : list()) {
      Path document = upload.resolve(DOCUMENT);
      Path known = Files.exists(document) ? document : upload;
      if (Files.getLastModifiedTime(known).toInstant().isBefore(oldest)) {
        delete(upload);
        log.info("Thrown away: the upload {}, which nothing was done with", upload.getFileName());
      }
    }
  }

  private List<Path> list() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found.toList();
    }
  }

  private Refusal noRoom() {
    return new Refusal(
        HttpStatus.INSUFFICIENT_STORAGE,
        "RESOURCE_LIMIT_EXCEEDED",
        "Uploads have their %d MiB (--upload-space); what nothing is done with is thrown away after %d hours.",
        room >> 20,
        keep.toHours());
  }

  /** Of what has come; what is still coming is counted by itself. */
  private long size() throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> !coming.containsKey(file)).mapToLong(Uploads::size).sum();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (NoSuchFileException e) {
      log.debug("finished meanwhile", e);
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder with all that is in it. */
  static void delete(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(root)) {
      files = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
