package abis_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
)

func records() []abis.Record {
	return []abis.Record{
		{Position: biometrics.RightIndex, Format: abis.ImageFormat, Created: at, Quality: 81, Data: []byte("FIR\x00image")},
		{Position: biometrics.LeftThumb, Format: abis.MinutiaeFormat, Created: at, Quality: 40, Data: []byte("FMR\x00minutiae")},
	}
}

func TestCBEFFIsWrittenAndReadBack(t *testing.T) {
	data, err := abis.MarshalCBEFF(records(), "Enroll", "openbmis-fingerprint-1")
	require.NoError(t, err)
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile("testdata/fingers.xml", data, 0o600))
	}
	want, err := os.ReadFile("testdata/fingers.xml")
	require.NoError(t, err)
	require.Equal(t, string(want), string(data))
	back, err := abis.ParseCBEFF(data)
	require.NoError(t, err)
	require.Equal(t, records(), back)
}

func TestFingerNames(t *testing.T) {
	for _, p := range biometrics.Fingers() {
		back, ok := abis.FingerNamed(abis.FingerName(p))
		require.True(t, ok)
		require.Equal(t, p, back)
	}
	require.Equal(t, "Right IndexFinger", abis.FingerName(biometrics.RightIndex))
	require.Equal(t, "UNKNOWN", abis.FingerName(biometrics.RightFour))
	_, ok := abis.FingerNamed("Third Hand")
	require.False(t, ok)
}

func TestCBEFFOfOthers(t *testing.T) {
	iris := `<BIR><BDBInfo><Format><Organization>Mosip</Organization><Type>9</Type></Format><Type>Iris</Type></BDBInfo><BDB>RklSAA==</BDB></BIR>`
	finger := `<BIR><BDBInfo><Format><Organization>Mosip</Organization><Type>7</Type></Format><Type>Finger</Type><Subtype>Left Thumb</Subtype></BDBInfo><BDB>
		Rkl
		SAA==</BDB></BIR>`
	document := func(parts string) []byte {
		return []byte(`<?xml version="1.0"?><BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/">` + parts + `</BIR>`)
	}
	got, err := abis.ParseCBEFF(document(iris + "<!-- left thumb -->" + finger))
	require.NoError(t, err, "other biometrics are left out")
	require.Equal(t, []abis.Record{{Position: biometrics.LeftThumb, Format: abis.ImageFormat, Data: []byte("FIR\x00")}}, got)
	replace := func(old, fresh string) []byte { return document(strings.Replace(finger, old, fresh, 1)) }
	for name, c := range map[string]struct {
		data []byte
		want abis.Reason
	}{
		"no finger":   {document(iris), abis.NoData},
		"no XML":      {[]byte("FMR"), abis.InvalidCBEFF},
		"broken":      {[]byte("<BIR><BIR></BIR>"), abis.InvalidCBEFF},
		"not base64":  {replace("Rkl", "&amp;"), abis.InvalidCBEFF},
		"no data":     {replace("Rkl\n\t\tSAA==", ""), abis.InvalidCBEFF},
		"format":      {replace("<Type>7", "<Type>8"), abis.InvalidCBEFF},
		"finger":      {replace("Left Thumb", "Left Toe"), abis.InvalidCBEFF},
		"entities":    {append([]byte(`<!DOCTYPE x [<!ENTITY a "b">]>`), document(finger)...), abis.InvalidCBEFF},
		"too deep":    {document(strings.Repeat("<BIR>", 20) + strings.Repeat("</BIR>", 20)), abis.InvalidCBEFF},
		"too many":    {document(strings.Repeat(finger, abis.MaxFingers+1)), abis.InvalidCBEFF},
		"no end":      {document(strings.Repeat("<a/>", 20000)), abis.InvalidCBEFF},
		"a directive": {append(document(finger), []byte("<!x>")...), abis.InvalidCBEFF},
	} {
		_, err := abis.ParseCBEFF(c.data)
		require.True(t, abis.FailedFor(err, c.want), "%s: %v", name, err)
	}
	_, err = abis.MarshalCBEFF(nil, "Enroll", "")
	require.Error(t, err)
	_, err = abis.MarshalCBEFF([]abis.Record{{}}, "Enroll", "")
	require.Error(t, err)
}

func FuzzParseCBEFF(f *testing.F) {
	data, err := abis.MarshalCBEFF(records(), "Enroll", "x")
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := abis.ParseCBEFF(data)
		if err != nil {
			return
		}
		again, err := abis.MarshalCBEFF(got, "Enroll", "x")
		require.NoError(t, err)
		back, err := abis.ParseCBEFF(again)
		require.NoError(t, err)
		require.Len(t, back, len(got))
	})
}
