package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// synthesised is a folder with two impressions of two fingers.
func synthesised(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "prints")
	got := bmisReading(t, nil, "fingerprint", "synthesise", folder, "--seed", "5", "--fingers", "2", "--impressions", "2", "--quality", "0.9")
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.out, "4 impressions of 2 fingers that nobody has, at 500 pixels per inch")
	return folder
}

func TestFingerprintSynthesise(t *testing.T) {
	folder := synthesised(t)
	names, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, names, 4)
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		return data
	}
	first := read("1_1.png")
	d, err := record.Read(first, record.Hints{})
	require.NoError(t, err, "the files say their resolution")
	require.InDelta(t, 500, d.Images[0].PPI, 0.5)
	require.False(t, bytes.Equal(first, read("1_2.png")))
	require.False(t, bytes.Equal(first, read("2_1.png")))
	again := filepath.Join(t.TempDir(), "again")
	require.Equal(t, exitDone, bmisReading(t, nil, "fingerprint", "synthesise", again, "--seed", "5", "--fingers", "1", "--impressions", "1", "--quality", "0.9").code)
	same, err := os.ReadFile(filepath.Join(again, "1_1.png"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, same), "the same seed, the same print")
	got := bmisReading(t, nil, "fingerprint", "synthesise", again, "--seed", "6", "--fingers", "1", "--impressions", "2")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "1_1.png is there already")
	require.NoFileExists(t, filepath.Join(again, "1_2.png"), "nothing is written")
	kept, err := os.ReadFile(filepath.Join(again, "1_1.png"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(same, kept))
	got = bmisReading(t, nil, "fingerprint", "synthesise", again, "--seed", "6", "--fingers", "1", "--impressions", "1", "--force")
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.out, "1 impression of 1 finger that")
	kept, err = os.ReadFile(filepath.Join(again, "1_1.png"))
	require.NoError(t, err)
	require.False(t, bytes.Equal(same, kept))
	for _, args := range [][]string{{"--fingers", "0"}, {"--fingers", "10001"}, {"--impressions", "0"}, {"--quality", "2"}, {"--quality", "NaN"}, {"--ppi", "50"}} {
		got := bmisReading(t, nil, append([]string{"fingerprint", "synthesise", again}, args...)...)
		require.Equal(t, exitUsage, got.code, args)
		require.Contains(t, got.err, args[0])
	}
}

func TestFingerprintTemplate(t *testing.T) {
	folder := synthesised(t)
	image, out := filepath.Join(folder, "1_1.png"), filepath.Join(folder, "template")
	for format, flags := range map[record.Format][]string{record.ISO: nil, record.ANSI: {"--ansi"}, record.Template: {"--own"}} {
		got := bmisReading(t, nil, append([]string{"fingerprint", "template", image, "-o", out, "--finger", "right_index"}, flags...)...)
		require.Equal(t, exitDone, got.code, got.err)
		require.Contains(t, got.out, "minutiae, quality ")
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		d, err := record.Read(data, record.Hints{})
		require.NoError(t, err)
		require.Equal(t, format, d.Format)
		require.Greater(t, len(d.Prints[0].Minutiae), 10)
		if format != record.Template {
			require.Equal(t, biometrics.RightIndex, d.Prints[0].Position)
		}
		info, err := os.Stat(out)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a template is for its owner alone")
	}
}

// matched compares two files and reads the JSON.
func matched(t *testing.T, a, b string) matchOutput {
	t.Helper()
	got := bmisReading(t, nil, "fingerprint", "match", "--json", a, b)
	require.Equal(t, exitDone, got.code, got.err)
	var out matchOutput
	require.NoError(t, json.Unmarshal([]byte(got.out), &out))
	return out
}

func TestFingerprintMatch(t *testing.T) {
	folder := synthesised(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	same, different := matched(t, at("1_1.png"), at("1_2.png")), matched(t, at("1_1.png"), at("2_1.png"))
	require.Greater(t, same.Score, fingerprint.CandidateThreshold)
	require.Less(t, same.FalseMatchRate, 1e-5)
	require.Greater(t, len(same.Pairs), 8)
	require.Equal(t, fingerprint.Algorithm, same.Algorithm)
	for _, p := range same.Pairs {
		require.Less(t, p.A.Index, same.Minutiae[0])
		require.Less(t, p.B.Index, same.Minutiae[1])
	}
	require.Less(t, different.Score, fingerprint.CandidateThreshold)
	require.Greater(t, different.FalseMatchRate, same.FalseMatchRate)

	for _, flags := range [][]string{nil, {"--ansi"}, {"--own"}} {
		require.Equal(t, exitDone, bmisReading(t, nil, append([]string{"fingerprint", "template", at("1_2.png"), "-o", at("t")}, flags...)...).code)
		mixed := matched(t, at("1_1.png"), at("t"))
		require.Greater(t, mixed.Score, fingerprint.VerificationThreshold, "an image against a template: %v", flags)
	}
	got := bmisReading(t, nil, "fingerprint", "match", at("1_1.png"), at("1_2.png"))
	require.Equal(t, exitDone, got.code)
	for _, line := range []string{"score ", "false match rate ", "minutiae ", "turned by "} {
		require.Contains(t, got.out, line)
	}
}

func TestFingerprintQuality(t *testing.T) {
	folder := synthesised(t)
	image := filepath.Join(folder, "1_1.png")
	got := bmisReading(t, nil, "fingerprint", "quality", "--json", image)
	require.Equal(t, exitDone, got.code, got.err)
	var q qualityOutput
	require.NoError(t, json.Unmarshal([]byte(got.out), &q))
	require.Positive(t, q.Score)
	require.Equal(t, fingerprint.Algorithm, q.Algorithm)
	require.NotContains(t, strings.ToLower(got.out), "nfiq")
	require.Greater(t, q.Minutiae, 10)
	require.Greater(t, q.Area, 50.0)
	got = bmisReading(t, nil, "fingerprint", "quality", image)
	require.Contains(t, got.out, "advice ")
}

func TestFingerprintErrors(t *testing.T) {
	folder := t.TempDir()
	blank, small, junk := filepath.Join(folder, "blank.png"), filepath.Join(folder, "small.png"), filepath.Join(folder, "junk")
	white := func(side int) biometrics.Image {
		return biometrics.Image{Width: side, Height: side, PPI: 500, Pix: bytes.Repeat([]byte{255}, side*side)}
	}
	require.NoError(t, writePNG(blank, white(300)))
	require.NoError(t, writePNG(small, white(20)))
	require.NoError(t, os.WriteFile(junk, []byte("junk"), 0o600))
	out, template := filepath.Join(folder, "out"), filepath.Join(folder, "a.iso")
	require.Equal(t, exitDone, bmisReading(t, nil, "fingerprint", "template", filepath.Join(synthesised(t), "1_1.png"), "-o", template).code)
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no print":    {[]string{"template", blank, "-o", out}, exitUsage, "no print found"},
		"too small":   {[]string{"template", small, "-o", out}, exitUsage, "too small"},
		"no format":   {[]string{"template", junk, "-o", out}, exitUsage, "expected a finger image record"},
		"no file":     {[]string{"match", blank, filepath.Join(folder, "none")}, exitUsage, "no print found"},
		"none":        {[]string{"match", filepath.Join(folder, "none"), blank}, exitFailed, "no such file"},
		"a folder":    {[]string{"quality", folder}, exitFailed, "expected a file, found a directory"},
		"a toe":       {[]string{"template", blank, "-o", out, "--finger", "left_toe"}, exitUsage, "--finger"},
		"a hand":      {[]string{"template", blank, "-o", out, "--finger", "right_four"}, exitUsage, "--finger"},
		"two forms":   {[]string{"template", blank, "-o", out, "--own", "--ansi"}, exitUsage, "can't be used together"},
		"no output":   {[]string{"template", blank}, exitUsage, "--output"},
		"no image":    {[]string{"quality", template}, exitUsage, "expected an image; templates are compared by bmis fingerprint match"},
		"no template": {[]string{"quality", junk}, exitUsage, "junk"},
	} {
		got := bmisReading(t, nil, append([]string{"fingerprint"}, c.args...)...)
		require.Equal(t, c.code, got.code, "%s: %s", name, got.err)
		require.Contains(t, got.err, c.want, name)
	}
	require.NoFileExists(t, out)
}

// --ppi holds against what an image says of itself: programs that draw write 72 into their files.
func TestFingerprintResolution(t *testing.T) {
	folder := t.TempDir()
	name, m := syntheticPNG(t, folder)
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	at := bytes.Index(data, []byte("pHYs"))
	require.Positive(t, at)
	for _, to := range []int{4, 8} {
		binary.BigEndian.PutUint32(data[at+to:], 2835) // 72 pixels per inch
	}
	binary.BigEndian.PutUint32(data[at+13:], crc32.ChecksumIEEE(data[at:at+13]))
	drawn := filepath.Join(folder, "drawn.png")
	require.NoError(t, os.WriteFile(drawn, data, 0o600))
	got := bmisReading(t, nil, "fingerprint", "match", name, drawn)
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "drawn.png: png: image: resolution: 72, expected 100 to 2000 pixels per inch")
	got = bmisReading(t, nil, "fingerprint", "match", "--json", "--ppi", "500", name, drawn)
	require.Equal(t, exitDone, got.code, got.err)
	var out matchOutput
	require.NoError(t, json.Unmarshal([]byte(got.out), &out))
	require.Greater(t, out.Score, fingerprint.CandidateThreshold)
	require.Equal(t, out.Minutiae[0], out.Minutiae[1])

	double := filepath.Join(folder, "double.png")
	twice := biometrics.Image{Width: 2 * m.Width, Height: 2 * m.Height, PPI: 1000, Pix: make([]byte, 4*len(m.Pix))}
	for i := range twice.Pix {
		twice.Pix[i] = m.Pix[i/(2*twice.Width)*m.Width+i%twice.Width/2]
	}
	require.NoError(t, writePNG(double, twice))
	require.Greater(t, matched(t, name, double).Score, fingerprint.CandidateThreshold, "what it says of itself")
}

// Minutiae of several fingers are no print, and a template of another maker has no quality of ours.
func TestFingerprintTakesOneFinger(t *testing.T) {
	folder := t.TempDir()
	name, _ := syntheticPNG(t, folder)
	slap, out, large := filepath.Join(folder, "slap.fir"), filepath.Join(folder, "out.iso"), filepath.Join(folder, "large.png")
	require.Equal(t, exitDone, bmisReading(t, nil, "fingerprint", "convert", name, slap, "--finger", "left_four").code)
	for _, args := range [][]string{{"quality", slap}, {"template", slap, "-o", out}, {"match", name, slap}, {"convert", slap, out}} {
		got := bmisReading(t, nil, append([]string{"fingerprint"}, args...)...)
		require.Equal(t, exitUsage, got.code, args)
		require.Contains(t, got.err, "slap.fir: representation 1: left_four: several fingers in one image, expected one finger")
	}
	require.NoError(t, writePNG(large, biometrics.Image{Width: 4096, Height: 100, PPI: 500, Pix: make([]byte, 409600)}))
	got := bmisReading(t, nil, "fingerprint", "quality", large)
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "large.png: too large: expected at most 2048 pixels a side at 500 pixels per inch")
	require.Equal(t, exitDone, bmisReading(t, nil, "fingerprint", "template", name, "-o", out).code)
	got = bmisReading(t, nil, "fingerprint", "template", out, "-o", filepath.Join(folder, "again.ansi"), "--ansi")
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.out, "minutiae, quality of another maker, ")
}

// A device says that it has no size and never ends, as a pipe may; a sparse file says what it has.
func TestFingerprintFilesAreBounded(t *testing.T) {
	folder := t.TempDir()
	sparse, good, out := filepath.Join(folder, "1_1.png"), filepath.Join(folder, "1_2.png"), filepath.Join(folder, "out.fir")
	require.NoError(t, os.WriteFile(sparse, nil, 0o600))
	require.NoError(t, os.Truncate(sparse, 1<<40))
	finger := synthetic.NewFinger(1, synthetic.Options{})
	require.NoError(t, writePNG(good, finger.Impression(synthetic.Pose{})))
	for _, endless := range []string{"/dev/zero", sparse} {
		for _, args := range [][]string{{"quality", endless}, {"template", endless, "-o", out}, {"match", good, endless}, {"convert", endless, out}} {
			got := bmisReading(t, nil, append([]string{"fingerprint"}, args...)...)
			require.Equal(t, exitUsage, got.code, "%v: %s", args, got.err)
			require.Contains(t, got.err, endless+": more than 67108864 bytes")
		}
	}
	require.NoFileExists(t, out)
	got := bmisReading(t, nil, "fingerprint", "evaluate", folder)
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.err, "1_1: no template: "+sparse+": more than 67108864 bytes")
}

func TestABISSimulatorErrors(t *testing.T) {
	for _, args := range [][]string{{"--fail", "19"}, {"--delay", "-1s"}, {"--operation", "mosip.abis.merge"}} {
		got := bmisReading(t, nil, append([]string{"abis-simulator", "--dir", t.TempDir()}, args...)...)
		require.Equal(t, exitUsage, got.code, args)
		require.Contains(t, got.err, "expected")
	}
}
