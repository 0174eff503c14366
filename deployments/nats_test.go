package deployments_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus"
)

var nodes = []string{"nats1", "nats2", "nats3"}

// cluster lays out the three nodes' files in a directory, with keys, certificates and an operator as an installation has them, and
// free ports on the loopback address. It gives the configuration file of each node.
func cluster(t *testing.T) (files []string) {
	dir := t.TempDir()
	certificates(t, dir)
	accounts := operator(t)
	change := []string{"/etc/nats/tls", dir, "/etc/nats", dir}
	for _, node := range nodes {
		change = append(change, fmt.Sprintf("tls://%s.border.example:6222", node), "tls://"+free(t))
	}
	for i, node := range nodes {
		own := append([]string{
			`listen: "0.0.0.0:4222"`, `listen: "127.0.0.1:-1"`, `http: "127.0.0.1:8222"`, `http: "127.0.0.1:-1"`,
			"0.0.0.0:6222", strings.TrimPrefix(change[5+2*i], "tls://"), "/var/lib/nats", filepath.Join(dir, "data", node),
		}, change...)
		home := filepath.Join(dir, node)
		require.NoError(t, os.Mkdir(home, 0o700))
		for from, to := range map[string]string{node + ".conf": "nats.conf", "shared.conf": "shared.conf"} {
			text, err := os.ReadFile(filepath.Join("nats", from))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(home, to), []byte(strings.NewReplacer(own...).Replace(string(text))), 0o600))
		}
		require.NoError(t, os.WriteFile(filepath.Join(home, "accounts.conf"), []byte(accounts+filepath.Join(dir, "data", node, "jwt")+"\"\n}\n"), 0o600))
		files = append(files, filepath.Join(home, "nats.conf"))
	}
	return files
}

// operator is accounts.conf as nsc writes it, up to the value of the resolver's directory.
func operator(t *testing.T) string {
	key, err := nkeys.CreateOperator()
	require.NoError(t, err)
	public, err := key.PublicKey()
	require.NoError(t, err)
	account, err := nkeys.CreateAccount()
	require.NoError(t, err)
	system, err := account.PublicKey()
	require.NoError(t, err)
	claims := jwt.NewOperatorClaims(public)
	claims.Name, claims.SystemAccount = "OpenBMIS", system
	token, err := claims.Encode(key)
	require.NoError(t, err)
	of := jwt.NewAccountClaims(system)
	of.Name = "SYS"
	preload, err := of.Encode(key)
	require.NoError(t, err)
	return fmt.Sprintf("operator: %s\nsystem_account: %s\nresolver_preload: {\n  %s: %s\n}\nresolver: {\n  type: full\n  interval: \"2m\"\n  limit: 1000\n  dir: \"", token, system, system, preload)
}

func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().String()
}

// NATS's own parser reads the three nodes' files.
func TestNATSClusterParses(t *testing.T) {
	for i, file := range cluster(t) {
		opts, err := server.ProcessConfigFile(file)
		require.NoError(t, err, nodes[i])
		require.Equal(t, nodes[i], opts.ServerName)
		require.True(t, opts.JetStream)
		require.True(t, opts.SyncAlways, "a confirmed message is on the disk")
		require.NotNil(t, opts.TLSConfig, "nobody speaks in clear")
		require.NotNil(t, opts.Cluster.TLSConfig, "nor do the nodes")
		require.Len(t, opts.Routes, 2, "two other nodes")
		require.Len(t, opts.TrustedOperators, 1, "who is nobody's user does not get in")
	}
}

// The three nodes find one another.
func TestNATSClusterForms(t *testing.T) {
	var running []*server.Server
	for _, file := range cluster(t) {
		opts, err := server.ProcessConfigFile(file)
		require.NoError(t, err)
		opts.NoSigs = true
		node, err := server.NewServer(opts)
		require.NoError(t, err)
		node.Start()
		t.Cleanup(func() { node.Shutdown(); node.WaitForShutdown() })
		running = append(running, node)
	}
	// Only the leader of the cluster knows its peers.
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(running, func(node *server.Server) bool { return len(node.JetStreamClusterPeers()) == len(nodes) })
	}, time.Minute, 50*time.Millisecond, "one leads, and sees three")
}

// What README.md lets a station say is what the embedded server lets it say.
func TestStationPermissionsAreThoseOfTheBus(t *testing.T) {
	text, err := os.ReadFile("nats/README.md")
	require.NoError(t, err)
	listed := func(option string) []string {
		found := regexp.MustCompile(option + ` (\S+)`).FindStringSubmatch(string(text))
		require.Len(t, found, 2, option)
		return strings.Split(strings.ReplaceAll(found[1], "STATION", "almara-air"), ",")
	}
	permissions := bus.StationPermissions("almara-air")
	require.ElementsMatch(t, permissions.Publish.Allow, listed("--allow-pub"))
	require.ElementsMatch(t, permissions.Subscribe.Allow, listed("--allow-sub"))
}
