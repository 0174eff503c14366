package visaportal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A household of IPv6 has 2^64 addresses: guesses are counted for all of them together.
func TestTheSourceOfGuesses(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4711": "192.0.2.7", "[::ffff:192.0.2.7]:4711": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::9]:443": "2001:db8:1:2::/64", "[2001:db8:1:3::1]:1": "2001:db8:1:3::/64", "[fe80::1%eth0]:1": "fe80::/64", "pipe": "pipe",
	} {
		require.Equal(t, want, sourceOf(remote), remote)
	}
}
