package emrtd_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// codes are the findings' codes, in order.
func codes(findings []emrtd.Finding) []emrtd.FindingCode {
	var all []emrtd.FindingCode
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

func TestNamesOfFiles(t *testing.T) {
	for n := 1; n <= emrtd.Groups; n++ {
		require.Equal(t, n, emrtd.GroupOf(emrtd.FileDG(n)))
		_, known := emrtd.TagOf(emrtd.FileDG(n))
		require.True(t, known)
	}
	for _, none := range []string{"", "DG", "DG0", "DG17", "DG01", "DG+1", "dg1", "1", "SOD"} {
		require.Zero(t, emrtd.GroupOf(none), none)
	}
	_, known := emrtd.TagOf("CardAccess")
	require.False(t, known)
}

func TestCOM(t *testing.T) {
	com, err := emrtd.ParseCOM(emrtdtest.COM(0x61, 0x75, 0x6F, 0x42))
	require.NoError(t, err)
	require.Equal(t, &emrtd.COM{LDSVersion: "0107", UnicodeVersion: "040000", Groups: []int{1, 2, 15}, Unknown: []byte{0x42}}, com)

	com, err = emrtd.ParseCOM(append(tlv.Write(0x60, emrtdtest.Text(0x5F01, "1.7"), emrtdtest.Text(0x5C, "\x61"), emrtdtest.Text(0x80, "")), 0, 0))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.TrailingBytes, emrtd.Malformed, emrtd.UnknownElement}, codes(com.Findings))

	_, err = emrtd.ParseCOM(tlv.Write(0x60, emrtdtest.Text(0x5F01, "0107")))
	require.EqualError(t, err, "COM: offset 0: expected a list of data groups (5C)")
	_, err = emrtd.ParseCOM(emrtdtest.COM(make([]byte, 257)...))
	require.ErrorContains(t, err, "list of 257 data groups")
	_, err = emrtd.ParseCOM(tlv.Write(0x60, emrtdtest.Text(0x5C, "a"), emrtdtest.Text(0x5C, "a")))
	require.ErrorContains(t, err, "expected one list")
	_, err = emrtd.ParseCOM(tlv.Write(0x61))
	require.EqualError(t, err, "COM: offset 0: tag 61: expected 60")
	_, err = emrtd.ParseCOM(make([]byte, emrtd.MaxFile+1))
	require.ErrorContains(t, err, "expected at most 1048576")
}

func TestDG1(t *testing.T) {
	d, err := emrtd.ParseDG1(emrtdtest.DG1(emrtdtest.Zone))
	require.NoError(t, err)
	require.Empty(t, d.Findings)
	require.Equal(t, emrtdtest.Zone[:44]+"\n"+emrtdtest.Zone[44:], d.Text())
	require.Equal(t, "P", d.Code())
	require.Equal(t, "UTO", d.IssuingState())

	for cells, lines := range map[int]int{72: 2, 88: 2, 90: 3} {
		d, err = emrtd.ParseDG1(emrtdtest.DG1("I<D<<" + strings.Repeat("<", cells-5)))
		require.NoError(t, err)
		require.Len(t, d.Lines, lines)
		require.Equal(t, "D", d.IssuingState())
	}

	d, err = emrtd.ParseDG1(emrtdtest.DG1("P<UTO" + strings.Repeat("<", 70)))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.LengthDiffers}, codes(d.Findings))
	require.Len(t, d.Lines, 1)

	d, err = emrtd.ParseDG1(emrtdtest.DG1("p<uto" + strings.Repeat("<", 83)))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.Malformed}, codes(d.Findings))

	for zone, want := range map[string]string{
		"P<UT":                   "DG1: offset 2: zone of 4 bytes",
		strings.Repeat("A", 257): "zone of 257 bytes",
		"P<UTO" + "é<<<<<<":      "expected printable ASCII",
	} {
		_, err = emrtd.ParseDG1(emrtdtest.DG1(zone))
		require.ErrorContains(t, err, want)
	}
	_, err = emrtd.ParseDG1(tlv.Write(0x61))
	require.ErrorContains(t, err, "expected a machine readable zone")
}

func TestFaceRecord(t *testing.T) {
	picture := emrtdtest.Picture()
	d, err := emrtd.ParseDG2(emrtdtest.DG2(emrtdtest.FaceRecord(2, picture)))
	require.NoError(t, err)
	require.Empty(t, d.Findings)
	require.Len(t, d.Faces, 1)
	face := d.Faces[0]
	require.Equal(t, emrtd.Image{MediaType: "image/jpeg", Data: picture}, face.Image)
	require.Equal(t, emrtd.ISO19794, face.Format)
	require.Equal(t, byte(2), face.Gender)
	require.Equal(t, []emrtd.FeaturePoint{{Type: 1, Code: 0x31, X: 0, Y: 9}, {Type: 1, Code: 0x31, X: 1, Y: 9}}, face.Points)
	require.Equal(t, []int{0x1C1, 0x256}, []int{face.Width, face.Height})
	require.Equal(t, []byte{8, 0}[:1], d.Templates[0].FormatType[1:])
	portrait, ok := d.Portrait()
	require.True(t, ok)
	require.Equal(t, picture, portrait.Data)
}

// The kind of image is told by its first bytes, never by what the record says: the record here always says JPEG 2000.
func TestImagesByTheirFirstBytes(t *testing.T) {
	for media, magic := range map[string]string{
		"image/jpeg": "\xFF\xD8\xFF\xE0", "image/jp2": "\x00\x00\x00\x0CjP  \r\n\x87\n", "image/j2c": "\xFF\x4F\xFF\x51",
		"image/png": "\x89PNG\r\n\x1A\n", "": "GIF89a",
	} {
		d, err := emrtd.ParseDG2(emrtdtest.DG2(emrtdtest.FaceRecord(0, []byte(magic+"..."))))
		require.NoError(t, err)
		require.Equal(t, media, d.Faces[0].Image.MediaType)
		_, ok := d.Portrait()
		require.Equal(t, media != "", ok)
		if media == "" {
			require.Equal(t, []emrtd.FindingCode{emrtd.ImageUnknown}, codes(d.Findings))
		}
	}
}

func TestFaceRecordLengths(t *testing.T) {
	for by := -10; by <= 10; by++ {
		for _, at := range []int{11, 14 + 3} { // the record's length, the face's
			record := emrtdtest.FaceRecord(0, append(emrtdtest.Picture(), make([]byte, 40)...))
			record[at] = byte(int(record[at]) + by)
			d, err := emrtd.ParseDG2(emrtdtest.DG2(record))
			switch {
			case by < -8 || by > 8:
				require.ErrorContains(t, err, "says", "off by %d", by)
			case by == 0:
				require.NoError(t, err)
				require.Empty(t, d.Findings)
			default:
				require.NoError(t, err, "off by %d", by)
				require.Equal(t, []emrtd.FindingCode{emrtd.LengthDiffers}, codes(d.Findings))
				require.Len(t, d.Faces[0].Image.Data, len(emrtdtest.Picture())+40, "the image is whole")
			}
		}
	}
}

func TestFaceBounds(t *testing.T) {
	p := emrtdtest.Picture()
	d, err := emrtd.ParseDG2(emrtdtest.DG2(emrtdtest.FaceRecord(32, p, p), emrtdtest.FaceRecord(0, p, p)))
	require.NoError(t, err)
	require.Len(t, d.Faces, 4)

	cut := emrtdtest.FaceRecord(0, p)
	huge := emrtdtest.FaceRecord(0, p)
	huge[14] = 0xFF
	for want, blocks := range map[string][][]byte{
		"5 faces: expected 1 to 4":  {emrtdtest.FaceRecord(0, p, p, p, p, p)},
		"2 faces: expected 1 to 4":  {emrtdtest.FaceRecord(0, p, p, p), emrtdtest.FaceRecord(0, p, p)},
		"33 feature points":         {emrtdtest.FaceRecord(33, p)},
		"0 faces":                   {emrtdtest.FaceRecord(0)},
		"no image behind":           {emrtdtest.FaceRecord(0, nil)},
		"face record says":          {cut[:len(cut)-20]},
		"face block says":           {huge},
		"neither a face record":     {[]byte("FAX\x00010\x00")},
		"expected version 010":      {[]byte("FAC\x00020\x00\x00\x00\x00\x0e\x00\x01")},
		"face record of 4 bytes":    {[]byte("FAC\x00")},
		"no JPEG, JPEG 2000 or PNG": {emrtdtest.Container([]byte("GIF89a"))},
		"expected a face":           {},
	} {
		_, err := emrtd.ParseDG2(emrtdtest.DG2(blocks...))
		require.ErrorContains(t, err, want)
	}
	_, err = emrtd.ParseDG2(tlv.Write(0x75))
	require.ErrorContains(t, err, "7F61")
	_, err = emrtd.ParseDG2(tlv.Write(0x75, tlv.Write(0x7F61, []byte{2, 1, 1}, tlv.Write(0x7F60))))
	require.ErrorContains(t, err, "expected biometric data (5F2E or 7F2E)")
}

func TestFaceContainer(t *testing.T) {
	d, err := emrtd.ParseDG2(emrtdtest.DG2Container(emrtdtest.Container(emrtdtest.Picture())))
	require.NoError(t, err)
	require.Empty(t, d.Findings)
	require.Equal(t, []emrtd.Face{{Format: emrtd.ISO39794, Image: emrtd.Image{MediaType: "image/jpeg", Data: emrtdtest.Picture()}}}, d.Faces)
	require.Equal(t, tlv.Tag(0x7F2E), d.Templates[0].BlockTag)

	// Each kind of block is read under the other's tag too.
	d, err = emrtd.ParseDG2(emrtdtest.DG2(emrtdtest.Container(emrtdtest.Picture())))
	require.NoError(t, err)
	require.Equal(t, emrtd.ISO39794, d.Faces[0].Format)
	d, err = emrtd.ParseDG2(emrtdtest.DG2Container(emrtdtest.FaceRecord(0, emrtdtest.Picture())))
	require.NoError(t, err)
	require.Equal(t, emrtd.ISO19794, d.Faces[0].Format)

	five := bytes.Repeat(emrtdtest.Container(emrtdtest.Picture()), 5)
	_, err = emrtd.ParseDG2(emrtdtest.DG2Container(five))
	require.ErrorContains(t, err, "more than 4 faces")
}

func TestBiometricGroups(t *testing.T) {
	d, err := emrtd.ParseDG3(emrtdtest.DG3(2))
	require.NoError(t, err)
	require.Equal(t, 2, d.Count)
	require.Len(t, d.Templates, 2)
	require.Equal(t, 4, d.Templates[1].BlockSize)

	wrong := bytes.Replace(emrtdtest.DG3(2), []byte{2, 1, 2}, []byte{2, 1, 7}, 1)
	d, err = emrtd.ParseDG3(wrong)
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.CountDiffers}, codes(d.Findings))

	_, err = emrtd.ParseDG4(emrtdtest.DG3(2))
	require.EqualError(t, err, "DG4: offset 0: tag 63: expected 76")
	_, err = emrtd.ParseDG3(emrtdtest.DG3(33))
	require.ErrorContains(t, err, "more than 32 templates")
}

func TestDG7(t *testing.T) {
	d, err := emrtd.ParseDG7(emrtdtest.DG7(emrtdtest.Picture(), []byte("?")))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.ImageUnknown}, codes(d.Findings))
	require.Equal(t, "image/jpeg", d.Images[0].MediaType)
	_, err = emrtd.ParseDG7(emrtdtest.DG7())
	require.ErrorContains(t, err, "expected an image")
	_, err = emrtd.ParseDG5(tlv.Write(0x65, []byte{2, 1, 1}, tlv.Write(0x5F40, emrtdtest.Picture())))
	require.NoError(t, err)
}

func TestDG16AndDG13(t *testing.T) {
	person := tlv.Write(0xA1, emrtdtest.Text(0x5F50, "20200131"), emrtdtest.Text(0x5F51, "SMITH<<JANE<MARY"), emrtdtest.Text(0x5F52, "+1 2"),
		emrtdtest.Text(0x5F53, "MAPLE STREET<TOWN"), emrtdtest.Text(0x80, "?"))
	d, err := emrtd.ParseDG16(tlv.Write(0x70, []byte{2, 1, 1}, person))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.UnknownElement}, codes(d.Findings))
	require.Equal(t, emrtd.Name{Primary: "SMITH", Secondary: "JANE MARY"}, d.Persons[0].Name)
	require.Equal(t, "2020-01-31", d.Persons[0].Recorded.String())
	require.Equal(t, []string{"MAPLE STREET", "TOWN"}, d.Persons[0].Address)

	raw, err := emrtd.ParseDG13(append(tlv.Write(0x6D, []byte("anything")), 0))
	require.NoError(t, err)
	require.Equal(t, "anything", string(raw.Value))
	require.Equal(t, []emrtd.FindingCode{emrtd.TrailingBytes}, codes(raw.Findings))
}

// A broken file is a finding; the others stay readable.
func TestEachFileStandsAlone(t *testing.T) {
	files := chipFiles(t)
	whole := emrtd.Read(files)
	require.Empty(t, whole.Findings)
	for name := range files {
		broken := map[string][]byte{}
		for other, data := range files {
			broken[other] = data
		}
		broken[name] = files[name][:len(files[name])-1]
		chip := emrtd.Read(broken)
		require.Len(t, chip.Findings, 1, name)
		require.Equal(t, name, chip.Findings[0].File)
		require.Equal(t, emrtd.Malformed, chip.Findings[0].Code)
		require.NotEqual(t, whole, chip)
	}
	require.Equal(t, &emrtd.Chip{}, emrtd.Read(map[string][]byte{"CardAccess": {1}, "DG99": {2}}))
}

func TestDG12(t *testing.T) {
	d, err := emrtd.ParseDG12(tlv.Write(0x6C,
		tlv.Write(0x5C, []byte{0x5F, 0x19, 0x5F, 0x26, 0x5F, 0x1A, 0x5F, 0x55, 0x5F, 0x56}),
		emrtdtest.Text(0x5F19, "MINISTRY<OF<INTERIOR<<<"), tlv.Write(0x5F26, []byte{0x20, 0x19, 0x06, 0x30}),
		tlv.Write(0xA0, []byte{2, 1, 1}, emrtdtest.Text(0x5F1A, "SPOUSE<<ONE")), emrtdtest.Text(0x5F1B, "NONE"), emrtdtest.Text(0x5F1C, "EXIT"),
		tlv.Write(0x5F1D, emrtdtest.Picture()), tlv.Write(0x5F1E, []byte("x")),
		tlv.Write(0x5F55, []byte{0x20, 0x19, 0x07, 0x01, 0x12, 0x30, 0x59})))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.MissingElement, emrtd.Filler, emrtd.ImageUnknown}, codes(d.Findings))
	require.Equal(t, "MINISTRY OF INTERIOR", d.Authority)
	require.Equal(t, "2019-06-30", d.Issued.String())
	require.Equal(t, []emrtd.Name{{Primary: "SPOUSE", Secondary: "ONE"}}, d.OtherPersons)
	require.Equal(t, time.Date(2019, 7, 1, 12, 30, 59, 0, time.UTC), d.Personalised)
}
