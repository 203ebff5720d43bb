package page

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"marquis/web"
)

// assets are the styles, scripts and pictures of the pages, each under a name that
// changes with its contents, so that browsers may keep it for ever.
type assets struct {
	names map[string]string // from the file's name to the name in addresses
	files map[string]asset  // by the name in addresses
}

type asset struct {
	kind string
	data []byte
	zip  []byte // the same by gzip, nil where that is little smaller
}

func readAssets() (*assets, error) {
	a := &assets{names: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(web.Files, "static")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		data, err := fs.ReadFile(web.Files, "static/"+e.Name())
		if err != nil {
			return nil, err
		}
		ending := path.Ext(e.Name())
		name := fmt.Sprintf("%s.%.6x%s", strings.TrimSuffix(e.Name(), ending), sha256.Sum256(data), ending)
		a.names[e.Name()], a.files[name] = name, asset{mime.TypeByExtension(ending), data, compressed(data)}
	}
	return a, nil
}

// address is where a file of web/static is found.
func (a *assets) address(file string) (string, error) {
	name, ok := a.names[file]
	if !ok {
		return "", fmt.Errorf("web/static has no %s", file)
	}
	return "/assets/" + name, nil
}

// Asset answers with a file under the name that holds for its contents.
func (r *Request) Asset(name string) error {
	file, ok := r.Site.assets.files[name]
	if !ok {
		return ErrNoPage
	}
	r.Header("Cache-Control", "public, max-age=31536000, immutable")
	r.Header("Vary", "Accept-Encoding")
	r.sendEither(file.kind, file.data, file.zip)
	return nil
}
