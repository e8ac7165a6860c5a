package io.leat.cli.up;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The same beside eight busy loops, as on a machine that has other things to do. */
class BusyMachineSoakIT extends KilledProcessesIT {
  private static final int LOOPS = 8;

  private List<Thread> loops = List.of();

  @BeforeEach
  void makeTheMachineBusy() {
    loops = Stream.generate(BusyMachineSoakIT::busyLoop).limit(LOOPS).toList();
    loops.forEach(Thread::start);
  }

  @AfterEach
  void leaveTheMachineAlone() {
    loops.forEach(Thread::interrupt);
  }

  private static Thread busyLoop() {
    Thread loop =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            },
            "busy loop");
    loop.setDaemon(true);
    return loop;
  }
}
