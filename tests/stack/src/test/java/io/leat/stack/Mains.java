package io.leat.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Main classes for the children of {@link JvmProcessIT}. */
final class Mains {
  private Mains() {}

  /** Says something and fails. */
  static final class Fails {
    public static void main(String[] args) {
      System.out.println("first words");
      throw new IllegalStateException("no such luck");
    }
  }

  /** Waits until a file appears, then says so and ends. */
  static final class Waits {
    public static void main(String[] args) throws Exception {
      System.out.println("waiting");
      while (!Files.exists(Path.of(args[0]))) {
        Thread.sleep(10);
      }
      System.out.println("went on");
    }
  }

  /** Makes a folder with a file in it. */
  static final class Writes {
    public static void main(String[] args) throws Exception {
      Files.writeString(Files.createDirectory(Path.of(args[0])).resolve("file"), "text");
    }
  }

  /** Says a word a second, so many times, then that it is open, and waits to be stopped. */
  static final class Slow {
    public static void main(String[] args) throws Exception {
      for (int turn = 0; turn < Integer.parseInt(args[0]); turn++) {
        System.out.println("turn " + (char) ('a' + turn));
        Thread.sleep(1_000);
      }
      System.out.println("open");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  /** Starts a {@link Waits} of its own, says its pid, and waits for it. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      JvmProcess child =
          JvmProcess.start(
              JvmProcess.Command.of(
                  "child",
                  System.getProperty("java.class.path"),
                  Waits.class.getName(),
                  List.of(args[0]),
                  Path.of(args[1])));
      System.out.println("child " + child.pid());
      Waits.main(args);
    }
  }
}
