package io.leat.testing;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.awaitility.Awaitility;

/** A service that only says that it is ready: the child of {@link ServiceProcessIT}. */
final class HealthyMain {
  private HealthyMain() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
    server.createContext(
        "/health/ready",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    System.out.println(Awaitility.class.getName() + " is on the class path of the test");
  }
}
