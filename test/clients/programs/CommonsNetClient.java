import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPSClient;

/**
 * Implicit FTPS with Apache Commons Net.
 *
 * <p>Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. Names go to stdout, one a
 * line.
 */
public final class CommonsNetClient {
  private static String[] settings;

  public static void main(String[] all) throws Exception {
    settings = Arrays.copyOf(all, 6);
    String verb = all[6];
    String[] args = Arrays.copyOfRange(all, 7, all.length);
    try {
      if (verb.equals("parallel")) {
        parallel(args);
      } else {
        FTPSClient ftp = connect();
        perform(ftp, verb, args);
        ftp.logout();
        ftp.disconnect();
      }
    } catch (IOException error) {
      System.err.println(error);
      System.exit(1);
    }
  }

  private static FTPSClient connect() throws Exception {
    FTPSClient ftp = new FTPSClient(true);
    ftp.setTrustManager(trust());
    ftp.setEndpointCheckingEnabled(true);
    ftp.setEnabledProtocols(new String[] {settings[5]});
    ftp.setControlEncoding("UTF-8");
    ftp.setConnectTimeout(20_000);
    ftp.setDefaultTimeout(20_000);
    // Without it Commons Net takes the IPv4 way, PASV, wherever it can.
    ftp.setUseEPSVwithIPv4(true);
    ftp.connect(settings[0], Integer.parseInt(settings[1]));
    checked(ftp, ftp.login(settings[2], settings[3]));
    ftp.execPBSZ(0);
    // Without it data connections are in clear text, whatever the control connection is.
    ftp.execPROT("P");
    ftp.enterLocalPassiveMode();
    ftp.setFileType(FTP.BINARY_FILE_TYPE);
    return ftp;
  }

  private static TrustManager trust() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream file = new FileInputStream(settings[4])) {
      store.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers()[0];
  }

  /** Commons Net tells of a refusal by returning false or null. */
  private static void checked(FTPSClient ftp, boolean ok) throws IOException {
    if (!ok) throw new IOException(ftp.getReplyString().trim());
  }

  private static void perform(FTPSClient ftp, String verb, String[] args) throws IOException {
    switch (verb) {
      case "list" -> {
        for (FTPFile file : ftp.mlistDir(args[0])) System.out.println(file.getName());
        checked(ftp, ftp.getReplyCode() == 226);
      }
      case "put" -> {
        for (int i = 0; i < args.length; i += 2) put(ftp, args[i], args[i + 1]);
      }
      case "get" -> {
        for (int i = 0; i < args.length; i += 2) get(ftp, args[i], args[i + 1]);
      }
      case "reget" -> {
        ftp.setRestartOffset(new File(args[1]).length());
        try (OutputStream file = new FileOutputStream(args[1], true)) {
          checked(ftp, ftp.retrieveFile(args[0], file));
        }
      }
      case "reput" -> {
        long offset = Long.parseLong(ftp.getSize(args[1]));
        ftp.setRestartOffset(offset);
        try (InputStream file = new FileInputStream(args[0])) {
          file.skipNBytes(offset);
          checked(ftp, ftp.storeFile(args[1], file));
        }
      }
      case "mv" -> checked(ftp, ftp.rename(args[0], args[1]));
      case "rm" -> checked(ftp, ftp.deleteFile(args[0]));
      case "puttree" -> putTree(ftp, new File(args[0]), args[1]);
      case "gettree" -> getTree(ftp, args[0], Path.of(args[1]));
      case "endless" -> {
        try (OutputStream data = ftp.storeFileStream(args[0])) {
          checked(ftp, data != null);
          for (byte[] block = new byte[65536]; ; ) data.write(block);
        }
      }
      default -> throw new IllegalArgumentException(verb);
    }
  }

  private static void put(FTPSClient ftp, String local, String remote) throws IOException {
    try (InputStream file = new FileInputStream(local)) {
      checked(ftp, ftp.storeFile(remote, file));
    }
  }

  private static void get(FTPSClient ftp, String remote, String local) throws IOException {
    try (OutputStream file = new FileOutputStream(local)) {
      checked(ftp, ftp.retrieveFile(remote, file));
    }
  }

  private static void putTree(FTPSClient ftp, File local, String remote) throws IOException {
    checked(ftp, ftp.makeDirectory(remote));
    for (File file : local.listFiles()) {
      String target = remote + "/" + file.getName();
      if (file.isDirectory()) putTree(ftp, file, target);
      else put(ftp, file.getPath(), target);
    }
  }

  private static void getTree(FTPSClient ftp, String remote, Path local) throws IOException {
    Files.createDirectories(local);
    for (FTPFile file : ftp.mlistDir(remote)) {
      // MLSD lists the folder itself and the one above as well, which are of a type of their own.
      if (!file.isFile() && !file.isDirectory()) continue;
      String from = remote + "/" + file.getName();
      Path to = local.resolve(file.getName());
      if (file.isDirectory()) getTree(ftp, from, to);
      else get(ftp, from, to.toString());
    }
  }

  /** Each pair over a connection of its own, all at once. */
  private static void parallel(String[] args) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < args.length; i += 2) {
      String remote = args[i];
      String local = args[i + 1];
      Callable<Void> work = () -> {
        FTPSClient ftp = connect();
        get(ftp, remote, local);
        ftp.logout();
        ftp.disconnect();
        return null;
      };
      running.add(threads.submit(work));
    }
    for (Future<?> one : running) one.get();
    threads.shutdown();
  }
}
