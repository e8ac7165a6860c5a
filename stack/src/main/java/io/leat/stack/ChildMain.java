package io.leat.stack;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import sun.misc.Signal;

/**
 * The main class of every process that {@link JvmProcess} starts: runs another main class, and sees
 * to it that the process does not outlive the one that started it, however that one ended. Even
 * {@code kill -9} changes a process's parent, which is all that is looked at.
 *
 * <p>It takes no notice of Ctrl-C and of a closed terminal: these reach every process of a terminal
 * at once, and it is the parent's part to stop its children in order.
 *
 * <p>Runs in the child, with nothing but the JDK and the child's own class path.
 */
final class ChildMain {
  private static final int WATCH_MILLIS = 500;
  private static final int SHUTDOWN_MILLIS = 30_000;

  private ChildMain() {}

  /** Arguments: the parent's pid, the main class, its arguments. */
  public static void main(String[] args) throws Exception {
    if (!System.getProperty("os.name", "").startsWith("Windows")) {
      Signal.handle(new Signal("INT"), signal -> {});
      Signal.handle(new Signal("HUP"), signal -> {});
    }
    long parent = Long.parseLong(args[0]);
    daemon("parent-watch", () -> watch(parent));
    String[] rest = Arrays.copyOfRange(args, 2, args.length);
    Method main = Class.forName(args[1]).getMethod("main", String[].class);
    main.setAccessible(true); // like the java command, which takes a class that is not public
    try {
      main.invoke(null, (Object) rest);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void watch(long parent) {
    while (ProcessHandle.current().parent().map(ProcessHandle::pid).equals(Optional.of(parent))) {
      pause(WATCH_MILLIS);
    }
    System.err.println("The process that started this one has ended; so does this.");
    daemon(
        "halt",
        () -> {
          pause(SHUTDOWN_MILLIS);
          Runtime.getRuntime().halt(1);
        });
    System.exit(0);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
