package glyph

import (
	"bytes"
	_ "embed" // the weights
	"encoding/binary"
	"fmt"
	"math"
)

//go:embed weights.bin
var trained []byte

// magic begins a file of weights; the last byte is the version of the network's shape.
const magic = "OBMISGN\x01"

// rows are the parts of the weights that share one scale each.
func rows() [][2]int {
	var parts [][2]int
	for _, layer := range [...]struct{ from, to, outputs int }{
		{atKernel1, atBias1, channels1}, {atBias1, atKernel2, channels1}, {atKernel2, atBias2, channels2}, {atBias2, atMatrix3, channels2},
		{atMatrix3, atBias3, hidden}, {atBias3, atMatrix4, hidden}, {atMatrix4, atBias4, Classes}, {atBias4, weights, Classes},
	} {
		for i := layer.from; i < layer.to; i += layer.outputs {
			parts = append(parts, [2]int{i, i + layer.outputs})
		}
	}
	return parts
}

// Load reads the weights that are part of the program.
func Load() (*Net, error) { return Decode(trained) }

// Decode reads what Encode wrote.
func Decode(file []byte) (*Net, error) {
	parts := rows()
	if want := len(magic) + 4*len(parts) + weights; len(file) != want || !bytes.HasPrefix(file, []byte(magic)) {
		return nil, fmt.Errorf("weights of the page reader: %d bytes: expected %d of this version's shape", len(file), want)
	}
	file = file[len(magic):]
	n := &Net{w: make([]float32, weights)}
	for _, part := range parts {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(file))
		if !(scale >= 0 && scale < 100) {
			return nil, fmt.Errorf("weights of the page reader: scale %g: expected 0 to 100", scale)
		}
		file = file[4:]
		for i := part[0]; i < part[1]; i++ {
			n.w[i] = float32(int8(file[i-part[0]])) * scale //nolint:gosec // signed on purpose
		}
		file = file[part[1]-part[0]:]
	}
	return n, nil
}

// Encode writes a network's weights with eight bits each and a scale for each row.
func (n *Net) Encode() []byte {
	file := []byte(magic)
	for _, part := range rows() {
		highest := float32(0)
		for _, v := range n.w[part[0]:part[1]] {
			highest = max(highest, v, -v)
		}
		scale := highest / 127
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(scale))
		for _, v := range n.w[part[0]:part[1]] {
			q := float32(0)
			if scale > 0 {
				q = v / scale
			}
			file = append(file, byte(int8(math.Round(float64(q))))) //nolint:gosec // signed on purpose
		}
	}
	return file
}
