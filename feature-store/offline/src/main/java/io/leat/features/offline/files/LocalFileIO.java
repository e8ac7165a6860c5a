package io.leat.features.offline.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.iceberg.hadoop.HadoopOutputFile;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files of a warehouse that is a folder.
 *
 * <p>Iceberg's way to local files is Hadoop's, which starts a process ({@code chmod}, {@code ls})
 * for every file that it writes or lists, and lays a file of checksums beside each: more work than
 * the rows of a small file. This does without. Thread-safe.
 */
public final class LocalFileIO implements SupportsPrefixOperations {
  private static final long serialVersionUID = 1L;
  private static final Pattern SCHEME = Pattern.compile("^file:/*(?=/)");

  /** Where a location lies, which is a path or begins with {@code file:}. */
  public static Path path(String location) {
    return Path.of(SCHEME.matcher(location).replaceFirst(""));
  }

  @Override
  public InputFile newInputFile(String location) {
    return new Input(location, org.apache.iceberg.Files.localInput(path(location).toFile()));
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return HadoopOutputFile.fromPath(
        new org.apache.hadoop.fs.Path(location), Hadoop.FILES, Hadoop.SETTINGS);
  }

  @Override
  public Map<String, String> properties() {
    return Map.of();
  }

  /** Deletes a file; one that is not there is as good as deleted. */
  @Override
  public void deleteFile(String location) {
    try {
      Files.deleteIfExists(path(location));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every file in a folder and below; one that goes meanwhile may be left out. */
  @Override
  public Iterable<FileInfo> listPrefix(String folder) {
    List<FileInfo> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          path(folder),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              files.add(
                  new FileInfo(
                      file.toString(),
                      attributes.size(),
                      attributes.lastModifiedTime().toMillis()));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  @Override
  public void deletePrefix(String folder) {
    listPrefix(folder).forEach(file -> deleteFile(file.location()));
  }

  /** Iceberg's own local file, under the location that it was asked for by. */
  private record Input(String location, InputFile file) implements InputFile {
    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      if (MetadataFile.is(location)) {
        MetadataFile.requireWhole(path(location));
      }
      return file.newStream();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }

  /**
   * Iceberg and Parquet write by Hadoop's settings, and for every file that is not Hadoop's they
   * read their defaults again, half a megabyte of XML.
   */
  private static final class Hadoop {
    static final Configuration SETTINGS = new Configuration();
    static final FileSystem FILES;

    static {
      // Parquet asks the settings for the file system once more.
      SETTINGS.setClass("fs.file.impl", PlainFileSystem.class, FileSystem.class);
      SETTINGS.setBoolean("fs.file.impl.disable.cache", true); // others may want Hadoop's own
      try {
        FILES = FileSystem.get(URI.create("file:///"), SETTINGS);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Leaves a new file the permissions that the system gives it, as every Java program does. */
  static final class PlainFileSystem extends RawLocalFileSystem {
    @Override
    public void setPermission(org.apache.hadoop.fs.Path file, FsPermission permission) {
      // Hadoop starts a process here.
    }
  }
}
