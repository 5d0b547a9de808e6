//! What a page links to, and the names of its headings.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

pub(crate) struct Page {
    /// With the line of each, from 1.
    pub(crate) links: Vec<(usize, String)>,
    /// As a link names them.
    pub(crate) headings: Vec<String>,
}

impl Page {
    pub(crate) fn new(text: &str) -> Self {
        let mut page = Self { links: Vec::new(), headings: Vec::new() };
        let mut heading = None;
        for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = 1 + text[..place.start].matches('\n').count();
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line, dest_url.into_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    page.links.extend(sources(&html).map(|link| (line, link.to_owned())));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::End(TagEnd::Heading(_)) => page.add_heading(&heading.take().unwrap_or_default()),
                _ => {}
            }
        }
        page
    }

    /// Named as GitHub does: a heading's words with hyphens; one that is there already gets a number.
    fn add_heading(&mut self, heading: &str) {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let name = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let mut names = [name.clone()].into_iter().chain((1..).map(|number| format!("{name}-{number}")));
        self.headings.extend(names.find(|name| !self.headings.contains(name)));
    }
}

/// Where the elements of a piece of HTML lead.
fn sources(html: &str) -> impl Iterator<Item = &str> {
    ["src=\"", "href=\""]
        .into_iter()
        .flat_map(|attribute| html.split(attribute).skip(1).filter_map(|after| Some(after.split_once('"')?.0)))
}
