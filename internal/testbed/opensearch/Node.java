import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** Node DIR PORT: one OpenSearch node, HTTP on 127.0.0.1:PORT, until the process is told to end. */
public final class Node {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(65535);
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", String.valueOf(port));
            settings.put("transport.port", port + 1 + "-65535");
            settings.put("discovery.type", "single-node");
            settings.putList("discovery.seed_hosts");
            settings.putList("node.roles", "cluster_manager", "data", "ingest");
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("millrace-testbed").useLogger());
        new CountDownLatch(1).await();
    }
}
