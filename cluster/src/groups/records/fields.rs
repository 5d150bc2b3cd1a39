//! Fields of keys and values, plain or flexible.

use std::borrow::Cow;
use std::sync::Arc;

use wire::Uuid;
use wire::codec::{DecodeError, Reader};

pub(crate) struct Fields<'a> {
    reader: Reader<'a>,
    flexible: bool,
}

impl<'a> Fields<'a> {
    pub fn new(reader: Reader<'a>, flexible: bool) -> Self {
        Self { reader, flexible }
    }

    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        self.reader.i16()
    }

    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        self.reader.i32()
    }

    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        self.reader.i64()
    }

    pub fn str(&mut self) -> Result<&'a str, DecodeError> {
        match self.reader.string(self.flexible)? {
            Cow::Borrowed(text) => Ok(text),
            // A reader lends what is UTF-8; all that was written is.
            Cow::Owned(_) => Err(DecodeError::NotUtf8),
        }
    }

    pub fn shared_str(&mut self) -> Result<Arc<str>, DecodeError> {
        self.str().map(Arc::from)
    }

    pub fn nullable_str(&mut self) -> Result<Option<Arc<str>>, DecodeError> {
        match self.reader.nullable_string(self.flexible)? {
            Some(Cow::Owned(_)) => Err(DecodeError::NotUtf8),
            lent => Ok(lent.map(Arc::from)),
        }
    }

    pub fn bytes(&mut self) -> Result<Arc<[u8]>, DecodeError> {
        Ok(self.reader.bytes(self.flexible)?.into())
    }

    pub fn array<T>(
        &mut self,
        min_size_bytes: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let flexible = self.flexible;
        self.reader.array(flexible, min_size_bytes, |reader| {
            let mut fields = Fields { reader: reader.clone(), flexible };
            let value = element(&mut fields)?;
            *reader = fields.reader;
            Ok(value)
        })
    }

    /// The tagged fields, if there are any in this version; nothing is taken of them.
    pub fn skip_tags(&mut self) -> Result<(), DecodeError> {
        if self.flexible { self.reader.skip_tags() } else { Ok(()) }
    }

    /// The tagged fields, of which the first may be an id.
    pub fn tagged_uuid(&mut self) -> Result<Uuid, DecodeError> {
        let mut id = Uuid::ZERO;
        if self.flexible {
            self.reader.tags(|tag, reader| {
                if tag == 0 {
                    id = reader.uuid()?;
                }
                Ok(tag == 0)
            })?;
        }
        Ok(id)
    }
}
