package reader

// Limits of one reading. A device that gives more is told so; nothing is cut off.
const (
	// MaxBytes is the largest reading as JSON.
	MaxBytes = 32 << 20
	// MaxID is the longest id, MaxText the longest text of a value, detail or reason, in bytes.
	MaxID   = 64
	MaxText = 500
	// MaxMRZ is the longest zone, in bytes: several times the longest there is.
	MaxMRZ = 1024
	// MaxValues, MaxImages, MaxFiles, MaxBarcodes and MaxAuthenticity bound the lists.
	MaxValues       = 200
	MaxImages       = 16
	MaxFiles        = 24
	MaxBarcodes     = 8
	MaxAuthenticity = 200
	// MaxImage is the largest image, MaxFile the largest file of a chip (READ BINARY counts to 65,535), MaxBarcode the largest code.
	MaxImage   = 8 << 20
	MaxFile    = 65_535
	MaxBarcode = 8 << 10
	// MaxPage is the highest page number: a passport has fewer.
	MaxPage = 99
	// MaxDPI is the finest resolution believed.
	MaxDPI = 10_000
	// MaxPixel is the furthest place on an image.
	MaxPixel = 65_535
)
