# Implicit FTPS with Perl's Net::FTP.
#
# Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. Names go to stdout, one a line.
use strict;
use warnings;
use File::Find;
use Net::FTP;

my ($host, $port, $user, $password, $ca, $version, $verb, @args) = @ARGV;
$version =~ s/\./_/;

sub client {
  my $ftp = Net::FTP->new(
    $host,
    Port => $port,
    SSL => 1,
    SSL_ca_file => $ca,
    SSL_version => $version,
    Passive => 1,
    Timeout => 20,
  ) or die "$@\n";
  checked($ftp, $ftp->login($user, $password));
  checked($ftp, $ftp->binary);
  return $ftp;
}

sub checked {
  my ($ftp, $ok) = @_;
  die $ftp->code . ' ' . $ftp->message unless $ok;
  return $ok;
}

sub get_tree {
  my ($ftp, $remote, $local) = @_;
  mkdir $local;
  for my $line ($ftp->dir($remote)) {
    my ($kind, $name) = $line =~ /^(.)\S+\s+\d+\s+\S+\s+\S+\s+\d+\s+\S+\s+\S+\s+\S+ (.*)$/s or next;
    $name =~ s/\r?\n?$//;
    if ($kind eq 'd') { get_tree($ftp, "$remote/$name", "$local/$name") }
    else { checked($ftp, $ftp->get("$remote/$name", "$local/$name")) }
  }
}

sub put_tree {
  my ($ftp, $local, $remote) = @_;
  find(
    {
      no_chdir => 1,
      wanted => sub {
        my $target = $remote . substr($_, length $local);
        checked($ftp, -d $_ ? $ftp->mkdir($target) : $ftp->put($_, $target));
      },
    },
    $local,
  );
}

my $ftp = client();
my %verbs = (
  list => sub {
    my $names = $ftp->ls($args[0]);
    checked($ftp, $names);
    # NLST gives paths
    print s{.*/}{}r, "\n" for @$names;
  },
  put => sub {
    while (my ($local, $remote) = splice @args, 0, 2) { checked($ftp, $ftp->put($local, $remote)) }
  },
  get => sub {
    while (my ($remote, $local) = splice @args, 0, 2) { checked($ftp, $ftp->get($remote, $local)) }
  },
  # `get` with an offset asks for the rest, and appends it.
  reget => sub { checked($ftp, $ftp->get(@args, -s $args[1])) },
  reput => sub {
    my ($local, $remote) = @args;
    my $offset = checked($ftp, $ftp->size($remote));
    $ftp->restart($offset);
    open my $file, '<:raw', $local or die "$local: $!\n";
    seek $file, $offset, 0;
    my $data = $ftp->stor($remote);
    checked($ftp, $data);
    while (read $file, my $block, 65536) { $data->write($block, length $block) }
    checked($ftp, $data->close);
  },
  mv => sub { checked($ftp, $ftp->rename(@args)) },
  rm => sub { checked($ftp, $ftp->delete($args[0])) },
  puttree => sub { put_tree($ftp, @args) },
  gettree => sub { get_tree($ftp, @args) },
  # An upload that goes on until somebody stops it.
  endless => sub {
    my $data = $ftp->stor($args[0]);
    checked($ftp, $data);
    my $block = "\0" x 65536;
    1 while $data->write($block, length $block);
    die "the upload ended\n";
  },
);
$verbs{$verb}->();
$ftp->quit;
