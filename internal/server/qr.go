package server

import (
	"bytes"
	"fmt"

	"github.com/boombuler/barcode/qr"
)

// qrView is a QR code as a path of unit squares, with the quiet zone that readers
// need around it.
type qrView struct {
	Size  int // of the side, in modules
	Path  string
	Label string // what it holds, for those who do not see it
}

const quietZone = 4

// drawQR draws a text as a QR code.
func drawQR(text, label string) (qrView, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrView{}, err
	}
	var path bytes.Buffer
	size := code.Bounds().Dx()
	for y := range size {
		for x := range size {
			if dark, _, _, _ := code.At(x, y).RGBA(); dark == 0 {
				writeSquare(&path, x+quietZone, y+quietZone)
			}
		}
	}
	return qrView{Size: size + 2*quietZone, Path: path.String(), Label: label}, nil
}

func writeSquare(path *bytes.Buffer, x, y int) { fmt.Fprintf(path, "M%d %dh1v1h-1z", x, y) }
