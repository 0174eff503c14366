package emrtd

import (
	"bytes"
	"encoding/json"
)

// Image is a picture of the chip as it stands there, not decoded.
type Image struct {
	// MediaType is told from the first bytes: "image/jpeg", "image/jp2" (JPEG 2000 file), "image/j2c" (JPEG 2000 codestream),
	// "image/png"; empty when it is none of them.
	MediaType string
	Data      []byte
}

// MarshalJSON tells what the image is, without its bytes.
func (i Image) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		MediaType string `json:"media_type"`
		Bytes     int    `json:"bytes"`
	}{i.MediaType, len(i.Data)})
}

// IsZero reports whether there is no image.
func (i Image) IsZero() bool { return len(i.Data) == 0 }

// imageOf tells what an image is by its first bytes. What a record says about it is not asked: records are wrong about it.
func imageOf(data []byte) Image { return Image{mediaType(data), data} }

func mediaType(data []byte) string {
	for _, known := range [...]struct{ magic, media string }{
		{"\xFF\xD8\xFF", "image/jpeg"},
		{"\x00\x00\x00\x0CjP  \r\n\x87\n", "image/jp2"},
		{"\xFF\x4F\xFF\x51", "image/j2c"},
		{"\x89PNG\r\n\x1A\n", "image/png"},
	} {
		if bytes.HasPrefix(data, []byte(known.magic)) {
			return known.media
		}
	}
	return ""
}
