package trust_test

import (
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var (
	opensslOK     = regexp.MustCompile(`(?m)^(\d+)\.pem: OK$`)
	opensslFailed = regexp.MustCompile(`error (\d+) at \d+ depth lookup: [^\n]*\nerror (\d+)\.pem: verification failed`)
)

// openssl runs the program in a folder that holds the files and gives all that it says; it skips where it is not installed.
func openssl(t *testing.T, files map[string][]byte, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: nothing to compare with")
	}
	dir := t.TempDir()
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
	out, _ := command.CombinedOutput() // it fails when one certificate does
	return string(out)
}

func crlPEM(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }

// opensslVerdicts verifies every item with the CSCA certificates as anchors: the error code of each, 0 where a chain was found.
func opensslVerdicts(t *testing.T, items []trust.Item) map[string]string {
	t.Helper()
	files := map[string][]byte{}
	bundles := map[string][]byte{}
	args := []string{"verify", "-no_check_time", "-auth_level", "0", "-check_ss_sig"}
	var names []string
	for i, item := range items {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: item.DER})
		bundle := "-untrusted"
		if item.Kind == trust.CSCA {
			bundle = "-CAfile"
		}
		bundles[bundle] = append(bundles[bundle], block...)
		names = append(names, fmt.Sprintf("%d.pem", i))
		files[names[i]] = block
	}
	for option, data := range bundles {
		files[option+".pem"] = data
		args = append(args, option, option+".pem")
	}
	out := openssl(t, files, slices.Concat(args, names)...)
	verdicts := map[string]string{}
	for _, m := range opensslOK.FindAllStringSubmatch(out, -1) {
		verdicts[m[1]] = "0"
	}
	for _, m := range opensslFailed.FindAllStringSubmatch(out, -1) {
		verdicts[m[2]] = m[1]
	}
	return verdicts
}

// TestRealChainsAsOpenSSLSeesThem: wherever openssl finds a chain we do, and we find none where it says that a signature is wrong.
func TestRealChainsAsOpenSSLSeesThem(t *testing.T) {
	for _, name := range []string{"DE_ML_2025-06-25-09-31-57.ml", "NL_ML_2025-12-20.ml"} {
		items := trust.Import(name, realList(t, name), trust.Options{Now: now}).Items
		s := store(t, items...)
		theirs := opensslVerdicts(t, items)
		require.Greater(t, len(theirs), len(items)*9/10, name)
		codes := map[string]int{}
		for i, item := range items {
			c := parse(t, item.DER)
			ours := s.Chain(c, nil, now)
			code := theirs[fmt.Sprint(i)]
			codes[ours.Verdict.String()+" "+code]++
			switch code {
			case "0":
				require.Equal(t, traveldoc.Pass, ours.Verdict, "%s: %s", c.Subject, ours.Detail)
			case "7": // certificate signature failure
				require.NotEqual(t, traveldoc.Pass, ours.Verdict, c.Subject)
			case "18", "20", "94", "": // takes the first issuer of that name and no other; refuses explicit curve parameters
			default:
				if ours.Verdict == traveldoc.Pass {
					require.NotEmpty(t, ours.Findings, "%s: openssl %s", c.Subject, code)
				}
			}
		}
		t.Log(name, codes)
		require.Greater(t, codes["pass 0"], len(items)*3/4, strings.TrimSpace(name))
	}
}
